/** The first sign-in by a link: the owner says who they are and sets a password. */
import { Anchor } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { Link, useNavigate } from 'react-router';

import { api } from '../api';
import { client, session } from '../queries';
import { Entrance } from '../ui/entrance';
import { useMe } from '../ui/guard';
import { NewPassword, type NewPerson } from '../ui/new-password';
import { rememberSession } from '../api';
import type { Session } from '../wire';

export default function Welcome() {
  const me = useMe();
  const navigate = useNavigate();
  const save = useMutation({
    meta: { quiet: true },
    mutationFn: (values: NewPerson) =>
      api.put<Session>('/session/password', {
        new: values.password,
        name: values.name.trim(),
        email: values.email.trim(),
      }),
    onSuccess: (answer) => {
      rememberSession(answer);
      client.setQueryData(session.queryKey, { ...answer, first_run: false });
      void navigate('/', { replace: true });
    },
  });
  const isPlaceholder = me.email?.endsWith('@localhost');
  return (
    <Entrance
      title="Welcome to Labelwright"
      about="You own this server. Say who you are and choose a password; you sign in with them from now on."
    >
      <NewPassword
        asks={['name', 'email']}
        initial={{ name: isPlaceholder ? '' : me.name, email: isPlaceholder ? '' : (me.email ?? '') }}
        button="Save and begin"
        isBusy={save.isPending}
        error={save.error}
        onDone={save.mutate}
      />
      <Anchor component={Link} to="/" size="sm" ta="center">
        Later
      </Anchor>
    </Entrance>
  );
}
