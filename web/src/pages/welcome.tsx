/** The first sign-in by a link: the owner says who they are and sets a password. */
import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useNavigate } from 'react-router';

import { api } from '../api';
import { t } from '../language/language';
import { beginSession } from '../queries';
import { Entrance } from '../ui/entrance';
import { putOff, useMe } from '../ui/guard';
import { NewPassword, type NewPerson } from '../ui/new-password';
import type { Session } from '../wire';

export default function Welcome() {
  const me = useMe();
  const navigate = useNavigate();
  const save = useMutation({
    meta: { quiet: true },
    mutationFn: async (values: NewPerson) => {
      await api.patch('/session', { name: values.name.trim(), email: values.email.trim() });
      return api.put<Session>('/session/password', { new: values.password });
    },
    onSuccess: (answer) => {
      beginSession(answer);
      void navigate('/', { replace: true });
    },
  });
  const isPlaceholder = me.email?.endsWith('@localhost');
  return (
    <Entrance
      title={t('Welcome to Labelwright')}
      about={t('Say who you are and choose a password; you sign in with them from now on.')}
    >
      <NewPassword
        asks={['name', 'email']}
        initial={{ name: isPlaceholder ? '' : me.name, email: isPlaceholder ? '' : (me.email ?? '') }}
        button={t('Save and begin')}
        isBusy={save.isPending}
        error={save.error}
        onDone={save.mutate}
      />
      <Button
        fullWidth
        mt="xs"
        variant="subtle"
        data-testid="welcome-later"
        onClick={() => {
          putOff();
          void navigate('/', { replace: true });
        }}
      >
        {t('Look around first')}
      </Button>
    </Entrance>
  );
}
