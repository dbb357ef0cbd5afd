/** Personal tokens: made with scopes and an end, shown once, revoked at any time. */
import {
  Badge, Button, Checkbox, Group, Modal, NumberInput, Paper, Stack, Table, Text, TextInput, Title,
} from '@mantine/core';
import { useForm } from '@mantine/form';
import { useDisclosure } from '@mantine/hooks';
import { useMutation, useQuery } from '@tanstack/react-query';

import { api } from '../../api';
import { client, tokens as tokensQuery } from '../../queries';
import type { Token } from '../../wire';
import { Answer, Failure } from '../state';
import { ago, moment } from '../words';
import { OneTime } from './invite';

const SCOPES: { value: string; label: string; description: string }[] = [
  { value: 'read', label: 'Read', description: 'Projects, items, history and exports' },
  { value: 'annotate', label: 'Annotate', description: 'Take tasks, draw and submit' },
  { value: 'review', label: 'Review', description: 'Annotate, and give verdicts' },
  { value: 'manage', label: 'Manage', description: 'Everything in projects: import, ontology, releases, members' },
  { value: 'admin', label: 'Admin', description: 'Everything you may do yourself' },
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
          <Title order={3}>Personal tokens</Title>
          <Text size="sm" c="dimmed">
            For the command line and scripts. A token can do no more than you can.
          </Text>
        </div>
        <Button variant="default" onClick={open}>
          New token
        </Button>
      </Group>
      <Answer of={tokens}>
        {(data) =>
          data.length === 0 ? (
            <Text size="sm" c="dimmed">
              You have none.
            </Text>
          ) : (
            <Table.ScrollContainer minWidth={560}>
              <Table horizontalSpacing="xs">
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th>Name</Table.Th>
                    <Table.Th>Scopes</Table.Th>
                    <Table.Th>Ends</Table.Th>
                    <Table.Th>Last used</Table.Th>
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
                      <Table.Td>{token.expires_at ? moment(token.expires_at) : 'never'}</Table.Td>
                      <Table.Td>{token.last_used_at ? ago(token.last_used_at) : 'never'}</Table.Td>
                      <Table.Td ta="right">
                        <Button size="xs" variant="subtle" color="red" onClick={() => revoke.mutate(token.id)}>
                          Revoke
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
      <Modal opened={opened} onClose={close} title="New token">
        <NewToken onClose={close} />
      </Modal>
    </Paper>
  );
}

function NewToken({ onClose }: { onClose: () => void }) {
  const form = useForm({
    initialValues: { name: '', scopes: ['read'], expires_in_days: 90 },
    validate: {
      name: (name) => (name.trim() ? null : 'Say what it is for'),
      scopes: (scopes) => (scopes.length ? null : 'Choose at least one'),
    },
  });
  const create = useMutation({
    meta: { quiet: true },
    mutationFn: (values: typeof form.values) => api.post<Token>('/tokens', values),
    onSuccess: () => client.invalidateQueries({ queryKey: ['tokens'] }),
  });
  if (create.data?.token) {
    return <OneTime title={`The token “${create.data.name}”`} text={create.data.token} onClose={onClose} />;
  }
  return (
    <form onSubmit={form.onSubmit((values) => create.mutate(values))}>
      <Stack>
        {create.error && <Failure error={create.error} />}
        <TextInput label="Name" placeholder="Nightly export" data-autofocus {...form.getInputProps('name')} />
        <Checkbox.Group label="What it may do" {...form.getInputProps('scopes')}>
          <Stack gap="xs" mt={6}>
            {SCOPES.map((scope) => (
              <Checkbox key={scope.value} {...scope} />
            ))}
          </Stack>
        </Checkbox.Group>
        <NumberInput label="Good for days" min={1} max={366} {...form.getInputProps('expires_in_days')} />
        <Button type="submit" loading={create.isPending}>
          Make the token
        </Button>
      </Stack>
    </form>
  );
}
