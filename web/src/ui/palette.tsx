/** The command palette (Ctrl+K): every place one may go, by name. */
import { Spotlight, type SpotlightActionData } from '@mantine/spotlight';
import { IconArrowRight, IconPencil, IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useMatch, useNavigate } from 'react-router';

import { chooseLanguage } from '../language/chosen';
import { type Language, LANGUAGES, t } from '../language/language';
import { projects } from '../queries';
import type { Project } from '../wire';
import { useSignOut } from './account-menu';
import { APPEARANCES, useAppearance } from './appearance';
import { useMe } from './guard';
import { tellProblem } from './notify';
import { PROJECT_PLACES, projectPath, studioPath } from './places';
import { atLeast } from './words';

interface Group {
  group: string;
  actions: SpotlightActionData[];
}

export function Palette() {
  const me = useMe();
  const navigate = useNavigate();
  const signOut = useSignOut();
  const [, setAppearance] = useAppearance();
  const here = useMatch('/projects/:p/*')?.params.p;
  const { data: known = [] } = useQuery(projects());
  const go = (to: string) => () => void navigate(to);
  const current = known.find(({ id }) => id === here);

  const groups: Group[] = [
    ...(current ? [withinProject(current, go)] : []),
    { group: t('Projects'), actions: known.map((entry) => projectAction(entry, go)) },
    {
      group: 'Labelwright',
      actions: [
        { id: 'projects', label: t('All projects'), onClick: go('/') },
        ...(atLeast(me.role, 'manager')
          ? [
              { id: 'new', label: t('Create a project'), onClick: go('/?create=1') },
              { id: 'members', label: t('Members and invitations'), onClick: go('/members') },
              { id: 'jobs', label: t('Jobs'), onClick: go('/jobs') },
            ]
          : []),
        ...(me.role === 'owner' ? [{ id: 'audit', label: t('Audit log'), onClick: go('/audit') }] : []),
        { id: 'settings', label: t('Settings'), onClick: go('/settings') },
        { id: 'shortcuts', label: t('Keyboard shortcuts'), onClick: go('/shortcuts') },
        ...APPEARANCES.map(({ value, word }) => ({
          id: value,
          label: t('Appearance: {{word}}', { word: t(word) }),
          onClick: () => setAppearance(value),
        })),
        ...Object.entries(LANGUAGES).map(([tag, name]) => ({
          id: tag,
          label: t('Language: {{name}}', { name }),
          onClick: () => void chooseLanguage(tag as Language).catch(tellProblem),
        })),
        { id: 'sign-out', label: t('Sign out'), onClick: () => void signOut() },
      ],
    },
  ];

  return (
    <Spotlight
      actions={groups.filter(({ actions }) => actions.length > 0)}
      shortcut={['mod + K']}
      nothingFound={t('Nothing goes by that name')}
      highlightQuery
      scrollable
      maxHeight={440}
      limit={40}
      searchProps={{
        leftSection: <IconSearch size={18} />,
        placeholder: t('Go to a project, a page, a setting…'),
        'aria-label': t('Command palette'),
      }}
    />
  );
}

function projectAction(entry: Project, go: (to: string) => () => void): SpotlightActionData {
  return {
    id: `project-${entry.id}`,
    label: entry.name,
    ...(entry.description ? { description: entry.description } : {}),
    leftSection: <IconArrowRight size={16} />,
    onClick: go(projectPath(entry.id)),
  };
}

function withinProject(project: Project, go: (to: string) => () => void): Group {
  const pages = PROJECT_PLACES.filter(({ needs }) => atLeast(project.role, needs)).map(({ path, word }) => ({
    id: `here-${path}`,
    label: t(word),
    onClick: go(projectPath(project.id, path)),
  }));
  const work = [
    {
      id: 'annotate',
      label: t('Start annotating'),
      leftSection: <IconPencil size={16} />,
      onClick: go(studioPath(project.id, 'annotate')),
    },
    ...(atLeast(project.role, 'reviewer')
      ? [{ id: 'review', label: t('Start reviewing'), onClick: go(studioPath(project.id, 'review')) }]
      : []),
  ];
  return { group: project.name, actions: [...work, ...pages] };
}
