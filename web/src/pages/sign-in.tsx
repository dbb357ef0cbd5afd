/** Sign in by e-mail and password, or by a one-time link. */
import { Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { Navigate, useNavigate, useSearchParams } from 'react-router';

import { api } from '../api';
import { t } from '../language/language';
import { beginSession, session } from '../queries';
import { Entrance } from '../ui/entrance';
import { Waiting } from '../ui/guard';
import { Failure } from '../ui/state';
import type { Session } from '../wire';

export default function SignIn() {
  const token = useRef(new URLSearchParams(window.location.hash.slice(1)).get('token'));
  return token.current ? <ByLink token={token.current} /> : <ByPassword />;
}

/** Only a path of this application; anything else leads home. */
function destination(wanted: string | null): string {
  return wanted && /^\/(?![/\\])/.test(wanted) ? wanted : '/';
}

function ByPassword() {
  const navigate = useNavigate();
  const [search] = useSearchParams();
  const { data: known } = useQuery(session);
  const form = useForm({
    mode: 'uncontrolled',
    initialValues: { email: '', password: '' },
    validate: {
      email: (value) => (value.trim() ? null : t('Give your e-mail address')),
      password: (value) => (value ? null : t('Give your password')),
    },
  });
  const to = destination(search.get('to'));
  const signIn = useMutation({
    meta: { quiet: true },
    mutationFn: (values: { email: string; password: string }) => api.post<Session>('/session', values),
    onSuccess: (answer) => {
      beginSession(answer);
      void navigate(to, { replace: true });
    },
  });
  if (known) return <Navigate to={to} replace />;
  return (
    <Entrance title={t('Sign in')}>
      <form onSubmit={form.onSubmit((values) => signIn.mutate(values))} noValidate>
        <Stack>
          {signIn.error && <Failure error={signIn.error} />}
          <TextInput
            label={t('E-mail')}
            type="email"
            autoComplete="username"
            autoFocus
            key={form.key('email')}
            {...form.getInputProps('email')}
          />
          <PasswordInput
            label={t('Password')}
            autoComplete="current-password"
            key={form.key('password')}
            {...form.getInputProps('password')}
          />
          <Button type="submit" loading={signIn.isPending} fullWidth>
            {t('Sign in')}
          </Button>
        </Stack>
      </form>
    </Entrance>
  );
}

function ByLink({ token }: { token: string }) {
  const navigate = useNavigate();
  const { mutate, error } = useMutation({
    meta: { quiet: true },
    mutationFn: () => api.post<Session>('/session/link', { token }),
    onSuccess: (answer) => {
      beginSession(answer);
      void navigate(answer.first_run || answer.member.has_password === false ? '/welcome' : '/', { replace: true });
    },
  });
  const asked = useRef(false);
  useEffect(() => {
    // A link works once, so the second mount of strict mode must not spend it again.
    if (asked.current) return;
    asked.current = true;
    window.history.replaceState(null, '', window.location.pathname);
    mutate();
  }, [mutate]);
  if (!error) return <Waiting />;
  return (
    <Entrance title={t('This link did not work')} about={t('A sign-in link works once and for a short time.')}>
      <Failure error={error} />
      <Button component="a" href="/sign-in" variant="default">
        {t('Sign in with a password')}
      </Button>
    </Entrance>
  );
}
