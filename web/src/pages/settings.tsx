/** One's own settings: appearance, language, password, personal tokens. */
import { Paper, SegmentedControl, Stack, Text, Title } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';

import { api, rememberSession } from '../api';
import { chooseLanguage, useLanguage } from '../language/chosen';
import { type Language, LANGUAGES, t } from '../language/language';
import { client, session } from '../queries';
import { type Appearance, APPEARANCES, useAppearance } from '../ui/appearance';
import { useMe } from '../ui/guard';
import { NewPassword, type NewPerson } from '../ui/new-password';
import { tell, tellProblem } from '../ui/notify';
import { Page } from '../ui/page';
import { Profile } from '../ui/people/profile';
import { Tokens } from '../ui/people/tokens';
import type { Session } from '../wire';

export default function Settings() {
  const me = useMe();
  return (
    <Page title={t('Settings')} about={me.email}>
      <Stack maw={820} gap="md">
        <Paper p="lg">
          <Title order={3} mb="sm">
            {t('Appearance')}
          </Title>
          <Looks />
        </Paper>
        <Paper p="lg">
          <Title order={3} mb="sm">
            {t('Language')}
          </Title>
          <Tongue />
        </Paper>
        <Paper p="lg">
          <Title order={3} mb="sm">
            {t('Profile')}
          </Title>
          <Profile me={me} />
        </Paper>
        <Paper p="lg">
          <Title order={3}>{t('Password')}</Title>
          <Text size="sm" c="dimmed" mb="sm">
            {t('A new password signs you out everywhere else.')}
          </Text>
          <Password />
        </Paper>
        <Tokens />
      </Stack>
    </Page>
  );
}

function Looks() {
  const [appearance, choose] = useAppearance();
  return (
    <SegmentedControl
      aria-label={t('Appearance')}
      value={appearance}
      onChange={(value) => choose(value as Appearance)}
      data={APPEARANCES.map(({ value, word }) => ({ value, label: t(word) }))}
    />
  );
}

function Tongue() {
  const language = useLanguage();
  return (
    <SegmentedControl
      aria-label={t('Language')}
      value={language}
      onChange={(chosen) => void chooseLanguage(chosen as Language).catch(tellProblem)}
      data={Object.entries(LANGUAGES).map(([value, label]) => ({ value, label }))}
    />
  );
}

function Password() {
  const save = useMutation({
    meta: { quiet: true },
    mutationFn: ({ current, password }: NewPerson) =>
      api.put<Session>('/session/password', { new: password, ...(current ? { current } : {}) }),
    onSuccess: (answer) => {
      rememberSession(answer);
      client.setQueryData(session.queryKey, answer);
      tell(t('Your password is changed'));
    },
  });
  return (
    <div style={{ maxWidth: 380 }}>
      <NewPassword
        key={save.submittedAt && save.isSuccess ? save.submittedAt : 0}
        asks={['current']}
        button={t('Change the password')}
        isBusy={save.isPending}
        error={save.error}
        onDone={save.mutate}
      />
    </div>
  );
}
