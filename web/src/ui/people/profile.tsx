/** One's own name and address, as others see them. */
import { Button, Group, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';

import { api, rememberSession } from '../../api';
import { t } from '../../language/language';
import { client, session } from '../../queries';
import type { Member, Session } from '../../wire';
import { tell } from '../notify';

export function Profile({ me }: { me: Member }) {
  const form = useForm({
    initialValues: { name: me.name, email: me.email ?? '' },
    validate: { name: (name) => (name.trim() ? null : t('Give your name')) },
  });
  const save = useMutation({
    mutationFn: (values: { name: string; email: string }) =>
      api.patch<Session>('/session', { name: values.name.trim(), email: values.email.trim() }),
    onSuccess: (answer) => {
      rememberSession(answer);
      client.setQueryData(session.queryKey, answer);
      form.resetDirty();
      tell(t('Saved'));
    },
  });
  return (
    <form onSubmit={form.onSubmit((values) => save.mutate(values))}>
      <Group align="flex-end">
        <TextInput flex="1 1 200px" label={t('Name')} autoComplete="name" {...form.getInputProps('name')} />
        <TextInput flex="1 1 240px" label={t('E-mail')} type="email" autoComplete="email" {...form.getInputProps('email')} />
        <Button type="submit" disabled={!form.isDirty()} loading={save.isPending}>
          {t('Save')}
        </Button>
      </Group>
    </form>
  );
}
