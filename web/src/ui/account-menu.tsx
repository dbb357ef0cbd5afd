/** Who is signed in, how the pages look and in which language they speak, and the way out. */
import { ActionIcon, Avatar, Menu, Text } from '@mantine/core';
import {
  IconContrast,
  IconDeviceDesktop,
  IconKeyboard,
  IconLanguage,
  IconLogout,
  IconMoon,
  IconSettings,
  IconSun,
} from '@tabler/icons-react';
import { Link, useNavigate } from 'react-router';

import { api } from '../api';
import { chooseLanguage, useLanguage } from '../language/chosen';
import { type Language, LANGUAGES, t } from '../language/language';
import { endSession } from '../queries';
import type { Member } from '../wire';
import { type Appearance, APPEARANCES, useAppearance } from './appearance';
import { tellProblem } from './notify';
import { ROLE_WORDS } from './words';

const LOOKS: Record<Appearance, typeof IconSun> = {
  light: IconSun,
  dark: IconMoon,
  contrast: IconContrast,
  system: IconDeviceDesktop,
};

export function AppearanceMenu() {
  const [appearance, choose] = useAppearance();
  const Look = LOOKS[appearance];
  return (
    <Menu position="bottom-end" width={200}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t('Appearance')}>
          <Look size={18} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.RadioGroup value={appearance} onChange={(chosen) => choose(chosen as Appearance)}>
          {APPEARANCES.map(({ value, word }) => (
            <Menu.RadioItem key={value} value={value}>
              {t(word)}
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
      </Menu.Dropdown>
    </Menu>
  );
}

function LanguageItems() {
  const language = useLanguage();
  return (
    <Menu.RadioGroup
      value={language}
      onChange={(chosen) => void chooseLanguage(chosen as Language).catch(tellProblem)}
    >
      {Object.entries(LANGUAGES).map(([tag, name]) => (
        <Menu.RadioItem key={tag} value={tag} lang={tag}>
          {name}
        </Menu.RadioItem>
      ))}
    </Menu.RadioGroup>
  );
}

/** For the pages before signing in, where there is no account yet. */
export function LanguageMenu() {
  return (
    <Menu position="bottom-end" width={180}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t('Language')}>
          <IconLanguage size={18} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <LanguageItems />
      </Menu.Dropdown>
    </Menu>
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
      <AppearanceMenu />
      <Menu position="bottom-end" width={230}>
        <Menu.Target>
          <ActionIcon variant="transparent" size="lg" radius="xl" aria-label={t('Account of {{name}}', { name: me.name })}>
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
            {t('Settings')}
          </Menu.Item>
          <Menu.Item component={Link} to="/shortcuts" leftSection={<IconKeyboard size={16} />}>
            {t('Keyboard shortcuts')}
          </Menu.Item>
          <Menu.Divider />
          <Menu.Label>{t('Language')}</Menu.Label>
          <LanguageItems />
          <Menu.Divider />
          <Menu.Item onClick={() => void signOut()} leftSection={<IconLogout size={16} />}>
            {t('Sign out')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </>
  );
}
