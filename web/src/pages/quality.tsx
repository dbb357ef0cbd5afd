/** Quality of a project: a row of its pages, and the one that is open. */
import { Tabs } from '@mantine/core';
import { type ComponentType, lazy, Suspense } from 'react';
import { Navigate, useNavigate, useParams } from 'react-router';

import { phrase, t } from '../language/language';
import { Waiting } from '../ui/guard';
import { Page } from '../ui/page';
import { projectPath } from '../ui/places';
import { useProject } from '../ui/project';
import { atLeast } from '../ui/words';
import type { Role } from '../wire';

interface QualityPage {
  path: string;
  word: string;
  needs: Role;
  part: ComponentType;
}

const page = (load: () => Promise<{ default: ComponentType }>) => lazy(load);

/** The pages of quality, in the order of their tabs, and who sees them. */
const QUALITY_PAGES: QualityPage[] = [
  { path: 'agreement', word: phrase('Agreement'), needs: 'reviewer', part: page(() => import('../ui/quality/agreement')) },
  { path: 'people', word: phrase('People'), needs: 'annotator', part: page(() => import('../ui/quality/people')) },
  { path: 'gold', word: phrase('Gold'), needs: 'manager', part: page(() => import('../ui/quality/gold')) },
  { path: 'suspects', word: phrase('Suspects'), needs: 'reviewer', part: page(() => import('../ui/quality/suspects/suspects')) },
  { path: 'review', word: phrase('Review'), needs: 'reviewer', part: page(() => import('../ui/quality/review-sample')) },
  { path: 'workload', word: phrase('Workload'), needs: 'manager', part: page(() => import('../ui/quality/workload')) },
  { path: 'cost', word: phrase('Cost'), needs: 'manager', part: page(() => import('../ui/quality/cost')) },
];

export default function Quality() {
  const { project } = useProject();
  const { part } = useParams();
  const go = useNavigate();
  const pages = QUALITY_PAGES.filter(({ needs }) => atLeast(project.role, needs));
  const open = pages.find(({ path }) => path === part);
  if (!open) return <Navigate replace to={projectPath(project.id, `quality/${pages[0]!.path}`)} />;
  const Part = open.part;
  return (
    <Page title={t('Quality')} order={2}>
      <Tabs value={open.path} onChange={(path) => path && void go(projectPath(project.id, `quality/${path}`))} mb="md" keepMounted={false}>
        <Tabs.List aria-label={t('Pages of quality')}>
          {pages.map(({ path, word }) => (
            <Tabs.Tab key={path} value={path}>
              {t(word)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
      </Tabs>
      <Suspense fallback={<Waiting />}>
        <Part />
      </Suspense>
    </Page>
  );
}
