/** An invitation: who invites to what, and the way in. */
import { Text } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from 'react-router';

import { api } from '../api';
import { t } from '../language/language';
import { Marked } from '../language/marked';
import { beginSession } from '../queries';
import { Entrance } from '../ui/entrance';
import { NewPassword, type NewPerson } from '../ui/new-password';
import { Failure, Loading } from '../ui/state';
import { moment, ROLE_HELP, ROLE_WORDS } from '../ui/words';
import type { Session, Welcome } from '../wire';

export default function Invitation() {
  const { token = '' } = useParams();
  const path = `/invitations/by-token/${encodeURIComponent(token)}`;
  const { data, error } = useQuery({
    queryKey: ['invitation', token],
    queryFn: () => api.get<Welcome>(path),
  });
  if (error) {
    return (
      <Entrance title={t('This invitation does not work')} about={t('Ask whoever sent it for a new one.')}>
        <Failure error={error} />
      </Entrance>
    );
  }
  if (!data) {
    return (
      <Entrance title={t('Invitation')}>
        <Loading rows={3} />
      </Entrance>
    );
  }
  return <Acceptance path={path} welcome={data} />;
}

function Acceptance({ path, welcome }: { path: string; welcome: Welcome }) {
  const navigate = useNavigate();
  const accept = useMutation({
    meta: { quiet: true },
    mutationFn: ({ name, email, password }: NewPerson) =>
      api.post<Session>(`${path}/acceptance`, { name: name.trim(), email: email.trim(), password }),
    onSuccess: (answer) => {
      beginSession(answer);
      void navigate(welcome.project ? `/projects/${welcome.project}` : '/', { replace: true });
    },
  });
  return (
    <Entrance
      title={welcome.project_name ? t('Join “{{projectName}}”', { projectName: welcome.project_name }) : t('Join Labelwright')}
      about={
        <Marked
          sentence="{{inviter}} invites you as <b>{{role}}</b>. {{help}}."
          parts={{ b: <b /> }}
          values={{
            inviter: welcome.inviter,
            role: ROLE_WORDS[welcome.role].toLowerCase(),
            help: ROLE_HELP[welcome.role],
          }}
        />
      }
    >
      <NewPassword
        asks={['name', 'email']}
        initial={{ email: welcome.email ?? '' }}
        button={t('Join')}
        isBusy={accept.isPending}
        error={accept.error}
        onDone={accept.mutate}
      />
      <Text size="xs" c="dimmed">
        {t('The invitation is good until {{time}}.', { time: moment(welcome.expires_at) })}
      </Text>
    </Entrance>
  );
}
