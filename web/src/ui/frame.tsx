/** The frame around every page but the studio: top bar, command palette, and the page itself. */
import { AppShell, Box, Group, Kbd, Text, UnstyledButton } from '@mantine/core';
import { spotlight } from '@mantine/spotlight';
import { IconSearch } from '@tabler/icons-react';
import { Suspense } from 'react';
import { Link, NavLink, Outlet, useLocation } from 'react-router';

import { useLanguage } from '../language/chosen';
import { phrase, t } from '../language/language';
import { AccountMenu } from './account-menu';
import { Boundary } from './boundary';
import classes from './frame.module.css';
import { useMe, Waiting } from './guard';
import { Logo } from './logo';
import { Palette } from './palette';
import { atLeast } from './words';

const PLACES = [
  { to: '/', word: phrase('Projects'), needs: 'annotator' },
  { to: '/members', word: phrase('Members'), needs: 'manager' },
  { to: '/models', word: phrase('Models'), needs: 'annotator' },
  { to: '/jobs', word: phrase('Jobs'), needs: 'manager' },
  { to: '/audit', word: phrase('Audit log'), needs: 'owner' },
] as const;

export function Frame() {
  useLanguage();
  const { pathname } = useLocation();
  return (
    <AppShell header={{ height: 52 }}>
      <a href="#main" className="lw-skip">
        {t('Skip to the page')}
      </a>
      <AppShell.Header className={classes.header} px="lg">
        <TopBar />
      </AppShell.Header>
      <AppShell.Main id="main" tabIndex={-1} style={{ outline: 'none' }}>
        <Box p="lg" pt="md">
          <Boundary where={pathname}>
            <Suspense fallback={<Waiting />}>
              <Outlet />
            </Suspense>
          </Boundary>
        </Box>
      </AppShell.Main>
      <Palette />
    </AppShell>
  );
}

function TopBar() {
  const me = useMe();
  const { pathname } = useLocation();
  const inProjects = pathname === '/' || pathname.startsWith('/projects') || pathname.startsWith('/items');
  return (
    <Group className="lw-width" h="100%" justify="space-between" wrap="nowrap" gap="md">
      <Group gap="xl" wrap="nowrap">
        <Link to="/" className={classes.home} aria-label={t('Labelwright: projects')}>
          <Logo />
        </Link>
        <Group component="nav" aria-label={t('Places')} gap={2} wrap="nowrap">
          {PLACES.filter(({ needs }) => atLeast(me.role, needs)).map(({ to, word }) => (
            <NavLink
              key={to}
              to={to}
              end={to === '/'}
              className={({ isActive }) =>
                isActive || (to === '/' && inProjects) ? `${classes.place} ${classes.here}` : classes.place!
              }
            >
              {t(word)}
            </NavLink>
          ))}
        </Group>
      </Group>
      <Group gap="sm" wrap="nowrap">
        <UnstyledButton className={classes.search} onClick={spotlight.open} aria-label={t('Open the command palette')}>
          <IconSearch size={15} aria-hidden />
          <Text size="sm" c="dimmed" component="span" visibleFrom="sm">
            {t('Go to…')}
          </Text>
          <Kbd size="xs" visibleFrom="sm">
            {t('Ctrl K')}
          </Kbd>
        </UnstyledButton>
        <AccountMenu me={me} />
      </Group>
    </Group>
  );
}
