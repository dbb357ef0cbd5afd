/** Every address and its page. Pages arrive when they are first opened. */
import { type ComponentType, lazy } from 'react';
import { createBrowserRouter } from 'react-router';

import { useLanguage } from './language/chosen';
import { Frame } from './ui/frame';
import { Guard, Root } from './ui/guard';

function page(load: () => Promise<{ default: ComponentType }>) {
  return <Spoken part={lazy(load)} />;
}

/** A page is drawn again when the language changes, and with it everything in it; what it holds stays. */
function Spoken({ part: Part }: { part: ComponentType }) {
  useLanguage();
  return <Part />;
}

// The studio is its own chunk; without it (a checkout half built) its address is a missing page.
const parts = import.meta.glob<{ default: ComponentType }>('./pages/studio.tsx');
const studio = parts['./pages/studio.tsx'] ?? (() => import('./pages/missing'));

export const router = createBrowserRouter([
  {
    element: <Root />,
    children: [
      { path: '/sign-in', element: page(() => import('./pages/sign-in')) },
      { path: '/invitation/:token', element: page(() => import('./pages/invitation')) },
      {
        element: <Guard />,
        children: [
          { path: '/welcome', element: page(() => import('./pages/welcome')) },
          { path: '/studio/:p', element: page(studio) },
          { path: '/verify/:p', element: page(() => import('./pages/verify')) },
          {
            element: <Frame />,
            children: [
              { path: '/', element: page(() => import('./pages/home')) },
              {
                path: '/projects/:p',
                element: page(() => import('./pages/project')),
                children: [
                  { index: true, element: page(() => import('./pages/overview')) },
                  { path: 'explore', element: page(() => import('./pages/explore')) },
                  { path: 'items', element: page(() => import('./pages/items')) },
                  { path: 'import', element: page(() => import('./pages/import')) },
                  { path: 'ontology', element: page(() => import('./pages/ontology')) },
                  { path: 'brief', element: page(() => import('./pages/brief')) },
                  { path: 'members', element: page(() => import('./pages/project-members')) },
                  { path: 'releases', element: page(() => import('./pages/releases')) },
                  { path: 'releases/compare', element: page(() => import('./pages/release-compare')) },
                  { path: 'releases/:r/card', element: page(() => import('./pages/release-card')) },
                  { path: 'releases/:r/audits', element: page(() => import('./pages/release-audits')) },
                  { path: 'releases/:r/certificate', element: page(() => import('./pages/certificate')) },
                  { path: 'audits/:a/judge', element: page(() => import('./pages/audit-judge')) },
                  { path: 'models', element: page(() => import('./pages/project-models')) },
                  { path: 'jobs', element: page(() => import('./pages/project-jobs')) },
                  { path: 'learn', element: page(() => import('./pages/learn')) },
                  { path: 'quality/:part?', element: page(() => import('./pages/quality')) },
                  { path: 'workflow', element: page(() => import('./pages/workflow')) },
                  { path: 'settings', element: page(() => import('./pages/project-settings')) },
                ],
              },
              { path: '/items/:i', element: page(() => import('./pages/item')) },
              { path: '/members', element: page(() => import('./pages/members')) },
              { path: '/models', element: page(() => import('./pages/models')) },
              { path: '/jobs', element: page(() => import('./pages/jobs')) },
              { path: '/audit', element: page(() => import('./pages/audit')) },
              { path: '/settings', element: page(() => import('./pages/settings')) },
              { path: '/shortcuts', element: page(() => import('./pages/shortcuts')) },
              { path: '*', element: page(() => import('./pages/missing')) },
            ],
          },
        ],
      },
    ],
  },
]);
