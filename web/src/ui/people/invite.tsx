/** An invitation by link: made here, copied, and sent by whatever way people talk. */
import { Button, Code, CopyButton, Group, Modal, NumberInput, Select, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';

import { api } from '../../api';
import { t } from '../../language/language';
import { client } from '../../queries';
import type { Invitation, Role } from '../../wire';
import { Failure } from '../state';
import { ROLE_HELP, ROLE_WORDS } from '../words';

interface Props {
  /** Given: into this project. Otherwise: into the organization. */
  project?: string;
  roles: Role[];
}

export function Invite(props: Props) {
  const [opened, setOpened] = useState(false);
  return (
    <>
      <Button onClick={() => setOpened(true)}>{t('Invite')}</Button>
      <Modal opened={opened} onClose={() => setOpened(false)} title={t('Invite somebody')}>
        <InviteForm {...props} onClose={() => setOpened(false)} />
      </Modal>
    </>
  );
}

function InviteForm({ project, roles, onClose }: Props & { onClose: () => void }) {
  const form = useForm({ initialValues: { role: roles[0]!, email: '', expires_in_days: 7 } });
  const invite = useMutation({
    meta: { quiet: true },
    mutationFn: (values: typeof form.values) =>
      api.post<Invitation>('/invitations', {
        role: values.role,
        expires_in_days: values.expires_in_days,
        ...(project ? { project } : {}),
        ...(values.email.trim() ? { email: values.email.trim() } : {}),
      }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['invitations'] }),
  });
  if (invite.data) {
    return <OneTime title={t('Send them this link. It works once.')} text={linkOf(invite.data)} onClose={onClose} />;
  }
  return (
    <form onSubmit={form.onSubmit((values) => invite.mutate(values))}>
      <Stack>
        {invite.error && <Failure error={invite.error} />}
        <Select
          label={t('Role')}
          allowDeselect={false}
          description={ROLE_HELP[form.values.role]}
          inputWrapperOrder={['label', 'input', 'description']}
          data={roles.map((role) => ({ value: role, label: ROLE_WORDS[role] }))}
          {...form.getInputProps('role')}
        />
        <TextInput
          label={t('E-mail')}
          description={t('If given, only this address can accept. Nothing is sent; you pass the link on.')}
          type="email"
          {...form.getInputProps('email')}
        />
        <NumberInput label={t('Good for days')} min={1} max={90} {...form.getInputProps('expires_in_days')} />
        <Button type="submit" loading={invite.isPending}>
          {t('Make the link')}
        </Button>
      </Stack>
    </form>
  );
}

function linkOf({ link, token }: Invitation): string {
  return link ?? `${window.location.origin}/invitation/${token}`;
}

/** A secret that is shown once, with the way to copy it. */
export function OneTime({ title, text, onClose }: { title: string; text: string; onClose: () => void }) {
  return (
    <Stack>
      <Text>{title}</Text>
      <Code block className="lw-break" style={{ whiteSpace: 'pre-wrap' }}>
        {text}
      </Code>
      <Text size="sm" c="dimmed">
        {t('It is shown this once.')}
      </Text>
      <Group justify="flex-end">
        <CopyButton value={text}>
          {({ copied, copy }) => (
            <Button onClick={copy} data-autofocus>
              {copied ? t('Copied') : t('Copy')}
            </Button>
          )}
        </CopyButton>
        <Button variant="default" onClick={onClose}>
          {t('Close')}
        </Button>
      </Group>
    </Stack>
  );
}
