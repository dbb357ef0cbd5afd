/** One's own settings: theme, password, personal tokens. */
import { Paper, SegmentedControl, Stack, Text, Title, useMantineColorScheme } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';

import { api, rememberSession } from '../api';
import { client, session } from '../queries';
import { useMe } from '../ui/guard';
import { NewPassword, type NewPerson } from '../ui/new-password';
import { tell } from '../ui/notify';
import { Page } from '../ui/page';
import { Profile } from '../ui/people/profile';
import { Tokens } from '../ui/people/tokens';
import type { Session } from '../wire';

export default function Settings() {
  const me = useMe();
  return (
    <Page title="Settings" about={me.email}>
      <Stack maw={820} gap="md">
        <Paper p="lg">
          <Title order={3} mb="sm">
            Theme
          </Title>
          <Theme />
        </Paper>
        <Paper p="lg">
          <Title order={3} mb="sm">
            Profile
          </Title>
          <Profile me={me} />
        </Paper>
        <Paper p="lg">
          <Title order={3}>Password</Title>
          <Text size="sm" c="dimmed" mb="sm">
            A new password signs you out everywhere else.
          </Text>
          <Password />
        </Paper>
        <Tokens />
      </Stack>
    </Page>
  );
}

function Theme() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <SegmentedControl
      aria-label="Theme"
      value={colorScheme}
      onChange={(value) => setColorScheme(value as 'light' | 'dark' | 'auto')}
      data={[
        { value: 'light', label: 'Light' },
        { value: 'dark', label: 'Dark' },
        { value: 'auto', label: 'As the system' },
      ]}
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
      tell('Your password is changed');
    },
  });
  return (
    <div style={{ maxWidth: 380 }}>
      <NewPassword
        key={save.submittedAt && save.isSuccess ? save.submittedAt : 0}
        asks={['current']}
        button="Change the password"
        isBusy={save.isPending}
        error={save.error}
        onDone={save.mutate}
      />
    </div>
  );
}
