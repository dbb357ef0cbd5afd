/** A project: its name, its tabs, and the page of the tab. */
import { Box, Breadcrumbs, Group, Text, Title, Tooltip } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Suspense } from 'react';
import { Link, NavLink, Outlet, useLocation, useParams } from 'react-router';

import { t } from '../language/language';
import { project as projectQuery } from '../queries';
import { Boundary } from '../ui/boundary';
import classes from '../ui/frame.module.css';
import { Waiting } from '../ui/guard';
import { useLive } from '../ui/live';
import { PROJECT_PLACES, projectPath, verifyPath } from '../ui/places';
import type { Standing } from '../ui/project';
import { Answer } from '../ui/state';
import { atLeast } from '../ui/words';
import type { Project } from '../wire';

export default function ProjectShell() {
  const { p = '' } = useParams();
  const project = useQuery(projectQuery(p));
  return <Answer of={project}>{(data) => <Inside key={data.id} project={data} />}</Answer>;
}

function Inside({ project }: { project: Project }) {
  const isLive = useLive(project.id);
  const { pathname } = useLocation();
  const standing: Standing = { project, isLive };
  return (
    <Box>
      <Group className="lw-width" justify="space-between" wrap="nowrap" gap="md" mb={2}>
        <Breadcrumbs separatorMargin={6} style={{ minWidth: 0, flexWrap: 'nowrap' }}>
          <Text component={Link} to="/" c="dimmed" size="sm">
            {t('Projects')}
          </Text>
          <Title order={1} fz="1.05rem" className="lw-clip" title={project.name} maw="60vw">
            {project.name}
          </Title>
        </Breadcrumbs>
        <LiveSign isLive={isLive} />
      </Group>
      <nav className={`${classes.tabs} lw-width`} aria-label={t('Pages of the project')}>
        {PROJECT_PLACES.filter(({ needs }) => atLeast(project.role, needs)).map(({ path, word }) => (
          <NavLink
            key={path}
            to={projectPath(project.id, path)}
            end={path === ''}
            className={({ isActive }) => (isActive ? `${classes.tab} ${classes.current}` : classes.tab!)}
          >
            {t(word)}
          </NavLink>
        ))}
        <Link to={verifyPath(project.id)} className={classes.tab!} data-testid="verify-link">
          {t('Verify')}
        </Link>
      </nav>
      <Boundary where={pathname}>
        <Suspense fallback={<Waiting />}>
          <Outlet context={standing} />
        </Suspense>
      </Boundary>
    </Box>
  );
}

function LiveSign({ isLive }: { isLive: boolean }) {
  return (
    <Tooltip label={isLive ? t('Figures follow the work as it happens') : t('Connecting to the server…')}>
      <Group gap={6} wrap="nowrap" style={{ flex: 'none' }}>
        <Box
          w={7}
          h={7}
          style={{ borderRadius: 9, background: isLive ? 'var(--lw-done)' : 'var(--lw-waiting)' }}
          aria-hidden
        />
        <Text size="xs" c="dimmed">
          {isLive ? t('Live') : t('Connecting')}
        </Text>
      </Group>
    </Tooltip>
  );
}
