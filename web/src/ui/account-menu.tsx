/** Who is signed in, the theme, and the way out. */
import { ActionIcon, Avatar, Menu, Text, Tooltip, useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { IconKeyboard, IconLogout, IconMoon, IconSettings, IconSun } from '@tabler/icons-react';
import { Link, useNavigate } from 'react-router';

import { api } from '../api';
import { endSession } from '../queries';
import type { Member } from '../wire';
import { tellProblem } from './notify';
import { ROLE_WORDS } from './words';

export function ThemeToggle() {
  const scheme = useComputedColorScheme('light');
  const { setColorScheme } = useMantineColorScheme();
  const other = scheme === 'dark' ? 'light' : 'dark';
  return (
    <Tooltip label={`Use the ${other} theme`}>
      <ActionIcon
        variant="subtle"
        color="gray"
        size="lg"
        aria-label={`Use the ${other} theme`}
        onClick={() => setColorScheme(other)}
      >
        {scheme === 'dark' ? <IconSun size={18} /> : <IconMoon size={18} />}
      </ActionIcon>
    </Tooltip>
  );
}

/** Ends the session; local work in the studio's journal stays. */
export function useSignOut() {
  const navigate = useNavigate();
  return async () => {
    try {
      await api.delete('/session');
      endSession();
      void navigate('/sign-in');
    } catch (error) {
      tellProblem(error);
    }
  };
}

export function AccountMenu({ me }: { me: Member }) {
  const signOut = useSignOut();
  return (
    <>
      <ThemeToggle />
      <Menu position="bottom-end" width={230}>
        <Menu.Target>
          <ActionIcon variant="transparent" size="lg" radius="xl" aria-label={`Account of ${me.name}`}>
            <Avatar name={me.name} color="pine" size={30} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>
            <Text size="sm" fw={600} c="var(--mantine-color-text)" className="lw-break">
              {me.name}
            </Text>
            <Text size="xs">{ROLE_WORDS[me.role]}</Text>
          </Menu.Label>
          <Menu.Divider />
          <Menu.Item component={Link} to="/settings" leftSection={<IconSettings size={16} />}>
            Settings
          </Menu.Item>
          <Menu.Item component={Link} to="/shortcuts" leftSection={<IconKeyboard size={16} />}>
            Keyboard shortcuts
          </Menu.Item>
          <Menu.Divider />
          <Menu.Item onClick={() => void signOut()} leftSection={<IconLogout size={16} />}>
            Sign out
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </>
  );
}
