/** Personal tokens: made with scopes and an end, shown once, revoked at any time. */
import {
  Badge, Button, Checkbox, Group, Modal, NumberInput, Paper, Stack, Table, Text, TextInput, Title,
} from '@mantine/core';
import { useForm } from '@mantine/form';
import { useDisclosure } from '@mantine/hooks';
import { useMutation, useQuery } from '@tanstack/react-query';

import { api } from '../../api';
import { phrase, t } from '../../language/language';
import { client, tokens as tokensQuery } from '../../queries';
import type { Token } from '../../wire';
import { Answer, Failure } from '../state';
import { ago, moment } from '../words';
import { OneTime } from './invite';

const SCOPES: { value: string; label: string; description: string }[] = [
  { value: 'read', label: phrase('Read'), description: phrase('Projects, items, history and exports') },
  { value: 'annotate', label: phrase('Annotate'), description: phrase('Take tasks, draw and submit') },
  { value: 'review', label: phrase('Review'), description: phrase('Annotate, and give verdicts') },
  { value: 'manage', label: phrase('Manage'), description: phrase('Everything in projects: import, ontology, releases, members') },
  { value: 'admin', label: phrase('Admin'), description: phrase('Everything you may do yourself') },
];

export function Tokens() {
  const tokens = useQuery(tokensQuery());
  const [opened, { open, close }] = useDisclosure();
  const revoke = useMutation({
    mutationFn: (id: string) => api.delete(`/tokens/${id}`),
    onSuccess: () => client.invalidateQueries({ queryKey: ['tokens'] }),
  });
  return (
    <Paper p="lg">
      <Group justify="space-between" mb="sm">
        <div>
          <Title order={3}>{t('Personal tokens')}</Title>
          <Text size="sm" c="dimmed">
            {t('For the command line and scripts. A token can do no more than you can.')}
          </Text>
        </div>
        <Button variant="default" onClick={open}>
          {t('New token')}
        </Button>
      </Group>
      <Answer of={tokens}>
        {(data) =>
          data.length === 0 ? (
            <Text size="sm" c="dimmed">
              {t('You have none.')}
            </Text>
          ) : (
            <Table.ScrollContainer minWidth={560}>
              <Table horizontalSpacing="xs">
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th>{t('Name')}</Table.Th>
                    <Table.Th>{t('Scopes')}</Table.Th>
                    <Table.Th>{t('Ends')}</Table.Th>
                    <Table.Th>{t('Last used')}</Table.Th>
                    <Table.Th />
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {data.map((token) => (
                    <Table.Tr key={token.id}>
                      <Table.Td className="lw-break">{token.name}</Table.Td>
                      <Table.Td>
                        <Group gap={4}>
                          {token.scopes.map((scope) => (
                            <Badge key={scope} variant="default" size="sm" tt="none">
                              {scope}
                            </Badge>
                          ))}
                        </Group>
                      </Table.Td>
                      <Table.Td>{token.expires_at ? moment(token.expires_at) : t('never')}</Table.Td>
                      <Table.Td>{token.last_used_at ? ago(token.last_used_at) : t('never')}</Table.Td>
                      <Table.Td ta="right">
                        <Button size="xs" variant="subtle" color="red" onClick={() => revoke.mutate(token.id)}>
                          {t('Revoke')}
                        </Button>
                      </Table.Td>
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
            </Table.ScrollContainer>
          )
        }
      </Answer>
      <Modal opened={opened} onClose={close} title={t('New token')}>
        <NewToken onClose={close} />
      </Modal>
    </Paper>
  );
}

function NewToken({ onClose }: { onClose: () => void }) {
  const form = useForm({
    initialValues: { name: '', scopes: ['read'], expires_in_days: 90 },
    validate: {
      name: (name) => (name.trim() ? null : t('Say what it is for')),
      scopes: (scopes) => (scopes.length ? null : t('Choose at least one')),
    },
  });
  const create = useMutation({
    meta: { quiet: true },
    mutationFn: (values: typeof form.values) => api.post<Token>('/tokens', values),
    onSuccess: () => client.invalidateQueries({ queryKey: ['tokens'] }),
  });
  if (create.data?.token) {
    return <OneTime title={t('The token “{{name}}”', { name: create.data.name })} text={create.data.token} onClose={onClose} />;
  }
  return (
    <form onSubmit={form.onSubmit((values) => create.mutate(values))}>
      <Stack>
        {create.error && <Failure error={create.error} />}
        <TextInput label={t('Name')} placeholder={t('Nightly export')} data-autofocus {...form.getInputProps('name')} />
        <Checkbox.Group label={t('What it may do')} {...form.getInputProps('scopes')}>
          <Stack gap="xs" mt={6}>
            {SCOPES.map((scope) => (
              <Checkbox key={scope.value} value={scope.value} label={t(scope.label)} description={t(scope.description)} />
            ))}
          </Stack>
        </Checkbox.Group>
        <NumberInput label={t('Good for days')} min={1} max={366} {...form.getInputProps('expires_in_days')} />
        <Button type="submit" loading={create.isPending}>
          {t('Make the token')}
        </Button>
      </Stack>
    </form>
  );
}
