/** The command palette (Ctrl+K): every place one may go, by name. */
import { useMantineColorScheme } from '@mantine/core';
import { Spotlight, type SpotlightActionData } from '@mantine/spotlight';
import { IconArrowRight, IconPencil, IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useMatch, useNavigate } from 'react-router';

import { projects } from '../queries';
import type { Project } from '../wire';
import { useSignOut } from './account-menu';
import { useMe } from './guard';
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
  const { setColorScheme } = useMantineColorScheme();
  const here = useMatch('/projects/:p/*')?.params.p;
  const { data: known = [] } = useQuery(projects());
  const go = (to: string) => () => void navigate(to);
  const current = known.find(({ id }) => id === here);

  const groups: Group[] = [
    ...(current ? [withinProject(current, go)] : []),
    { group: 'Projects', actions: known.map((entry) => projectAction(entry, go)) },
    {
      group: 'Labelwright',
      actions: [
        { id: 'projects', label: 'All projects', onClick: go('/') },
        ...(atLeast(me.role, 'manager')
          ? [
              { id: 'new', label: 'Create a project', onClick: go('/?create=1') },
              { id: 'members', label: 'Members and invitations', onClick: go('/members') },
              { id: 'jobs', label: 'Jobs', onClick: go('/jobs') },
            ]
          : []),
        ...(me.role === 'owner' ? [{ id: 'audit', label: 'Audit log', onClick: go('/audit') }] : []),
        { id: 'settings', label: 'Settings', onClick: go('/settings') },
        { id: 'shortcuts', label: 'Keyboard shortcuts', onClick: go('/shortcuts') },
        { id: 'dark', label: 'Dark theme', onClick: () => setColorScheme('dark') },
        { id: 'light', label: 'Light theme', onClick: () => setColorScheme('light') },
        { id: 'sign-out', label: 'Sign out', onClick: () => void signOut() },
      ],
    },
  ];

  return (
    <Spotlight
      actions={groups.filter(({ actions }) => actions.length > 0)}
      shortcut={['mod + K']}
      nothingFound="Nothing goes by that name"
      highlightQuery
      scrollable
      maxHeight={440}
      limit={40}
      searchProps={{
        leftSection: <IconSearch size={18} />,
        placeholder: 'Go to a project, a page, a setting…',
        'aria-label': 'Command palette',
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
    id: `here-${word}`,
    label: word,
    onClick: go(projectPath(project.id, path)),
  }));
  const work = [
    {
      id: 'annotate',
      label: 'Start annotating',
      leftSection: <IconPencil size={16} />,
      onClick: go(studioPath(project.id, 'annotate')),
    },
    ...(atLeast(project.role, 'reviewer')
      ? [{ id: 'review', label: 'Start reviewing', onClick: go(studioPath(project.id, 'review')) }]
      : []),
  ];
  return { group: project.name, actions: [...work, ...pages] };
}
