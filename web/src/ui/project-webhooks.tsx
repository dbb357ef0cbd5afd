/** A project's webhooks: addresses that are told what happens, how it went, a test, and turning them on again. */
import { ActionIcon, Alert, Anchor, Badge, Button, Checkbox, CopyButton, Group, Paper, Stack, Switch, Table, Text, TextInput, Title, Tooltip } from '@mantine/core';
import { modals } from '@mantine/modals';
import { IconTrash } from '@tabler/icons-react';
import { queryOptions, useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { api } from '../api';
import { t } from '../language/language';
import type { components } from '../model/api';
import { client } from '../queries';
import { tell, tellRefused } from './notify';
import { Answer, Failure } from './state';
import { ago } from './words';

type Webhook = components['schemas']['WebhookView'];
type Delivery = components['schemas']['DeliveryView'];

const EVENTS: [string, () => string][] = [
  ['item.done', () => t('An item is done')],
  ['tag.answered', () => t('A person answered a tagging request')],
  ['release.created', () => t('A release was made')],
  ['head.trained', () => t('The project learned')],
];

const webhooksOf = (project: string) =>
  queryOptions({
    queryKey: ['project', project, 'webhooks'],
    queryFn: ({ signal }) => api.get<Webhook[]>(`/projects/${project}/webhooks`, undefined, signal),
  });

const deliveriesOf = (webhook: string) =>
  queryOptions({
    queryKey: ['webhook', webhook, 'deliveries'],
    refetchInterval: 5_000,
    queryFn: ({ signal }) => api.get<Delivery[]>(`/webhooks/${webhook}/deliveries`, undefined, signal),
  });

export function ProjectWebhooks({ project }: { project: string }) {
  const webhooks = useQuery(webhooksOf(project));
  const [adding, setAdding] = useState(false);
  const [made, setMade] = useState<Webhook | null>(null);
  return (
    <Paper p="lg" data-testid="project-webhooks">
      <Title order={3}>{t('Webhooks')}</Title>
      <Text size="sm" c="dimmed" mb="sm">
        {t('Addresses that are told what happens here, signed and tried again until they take it.')}
      </Text>
      <Answer of={webhooks}>
        {(known) => (
          <Stack gap="md">
            {known.map((one) => (
              <OneWebhook key={one.id} project={project} webhook={one} />
            ))}
          </Stack>
        )}
      </Answer>
      {made?.secret && <Secret secret={made.secret} onClose={() => setMade(null)} />}
      {adding ? (
        <WebhookForm
          project={project}
          onClose={() => setAdding(false)}
          onSaved={(saved) => {
            setAdding(false);
            setMade(saved);
          }}
        />
      ) : (
        <Button size="xs" variant="default" mt="sm" onClick={() => setAdding(true)}>
          {t('Add a webhook')}
        </Button>
      )}
    </Paper>
  );
}

function OneWebhook({ project, webhook }: { project: string; webhook: Webhook }) {
  const [open, setOpen] = useState(false);
  const again = () => {
    void client.invalidateQueries({ queryKey: webhooksOf(project).queryKey });
    void client.invalidateQueries({ queryKey: deliveriesOf(webhook.id).queryKey });
  };
  const turn = useMutation({
    mutationFn: (active: boolean) => api.patch<Webhook>(`/webhooks/${webhook.id}`, { active }),
    onSuccess: again,
  });
  const test = useMutation({
    mutationFn: () => api.post<Delivery>(`/webhooks/${webhook.id}/test`),
    onSuccess: (sent) => {
      again();
      if (sent.problem) tellRefused(t('The test did not arrive'), sent.problem);
      else tell(t('The test arrived'));
    },
  });
  const remove = useMutation({ mutationFn: () => api.delete(`/webhooks/${webhook.id}`), onSuccess: again });
  const ask = () =>
    modals.openConfirmModal({
      title: t('Remove this webhook?'),
      children: <Text size="sm">{t('What waits for it is not sent any more.')}</Text>,
      labels: { confirm: t('Remove'), cancel: t('Keep it') },
      onConfirm: () => remove.mutate(),
    });
  return (
    <Stack gap={6} data-testid="webhook">
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <div style={{ minWidth: 0 }}>
          <Text size="sm" ff="monospace" truncate title={webhook.url}>
            {webhook.url}
          </Text>
          <Group gap={6} mt={4}>
            {EVENTS.filter(([event]) => webhook.events.includes(event)).map(([event, word]) => (
              <Badge key={event} variant="light" color="gray" tt="none">
                {word()}
              </Badge>
            ))}
            {webhook.waiting > 0 && (
              <Badge variant="light" tt="none">
                {t('{{number}} waiting', { number: webhook.waiting })}
              </Badge>
            )}
          </Group>
        </div>
        <Group gap="xs" wrap="nowrap">
          <Switch aria-label={t('Turned on')} checked={webhook.active} onChange={(event) => turn.mutate(event.currentTarget.checked)} />
          <Button size="xs" variant="default" loading={test.isPending} onClick={() => test.mutate()}>
            {t('Send a test')}
          </Button>
          <Tooltip label={t('Remove')}>
            <ActionIcon variant="subtle" color="gray" aria-label={t('Remove')} onClick={ask}>
              <IconTrash size={16} />
            </ActionIcon>
          </Tooltip>
        </Group>
      </Group>
      {webhook.problem && (
        <Alert color={webhook.active ? 'yellow' : 'red'} py={6}>
          {webhook.problem}
        </Alert>
      )}
      <Anchor component="button" type="button" size="xs" ta="left" onClick={() => setOpen(!open)} aria-expanded={open}>
        {open ? t('Hide deliveries') : t('Show deliveries')}
      </Anchor>
      {open && <Deliveries webhook={webhook.id} />}
    </Stack>
  );
}

function Deliveries({ webhook }: { webhook: string }) {
  const deliveries = useQuery(deliveriesOf(webhook));
  return (
    <Answer of={deliveries}>
      {(found) =>
        found.length === 0 ? (
          <Text size="sm" c="dimmed">
            {t('Nothing was sent yet.')}
          </Text>
        ) : (
          <Table verticalSpacing={4} fz="sm">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t('Event')}</Table.Th>
                <Table.Th>{t('State')}</Table.Th>
                <Table.Th>{t('When')}</Table.Th>
                <Table.Th ta="right">{t('Tries')}</Table.Th>
                <Table.Th ta="right">{t('Answer')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {found.map((one) => (
                <Table.Tr key={one.id}>
                  <Table.Td>{wordOf(one.event)}</Table.Td>
                  <Table.Td>
                    <Text size="sm" c={one.state === 'failed' ? 'red' : undefined}>
                      {stateWord(one.state)}
                    </Text>
                    {one.problem && (
                      <Text size="xs" c="dimmed">
                        {one.problem}
                      </Text>
                    )}
                  </Table.Td>
                  <Table.Td>{ago(one.done_at ?? one.created_at)}</Table.Td>
                  <Table.Td ta="right">{one.attempts}</Table.Td>
                  <Table.Td ta="right" style={{ whiteSpace: 'nowrap' }}>
                    {one.status ?? '—'}
                    {one.milliseconds !== null && one.milliseconds !== undefined && ' · ' + t('{{number}} ms', { number: one.milliseconds })}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        )
      }
    </Answer>
  );
}

interface FormProps {
  project: string;
  onSaved: (saved: Webhook) => void;
  onClose: () => void;
}

function WebhookForm({ project, onSaved, onClose }: FormProps) {
  const [url, setUrl] = useState('');
  const [events, setEvents] = useState<string[]>(['item.done']);
  const save = useMutation({
    meta: { quiet: true },
    mutationFn: () => api.post<Webhook>(`/projects/${project}/webhooks`, { url: url.trim(), events }),
    onSuccess: (saved) => {
      void client.invalidateQueries({ queryKey: webhooksOf(project).queryKey });
      onSaved(saved);
    },
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <Stack gap="xs" mt="sm">
        {save.error && <Failure error={save.error} />}
        <TextInput label={t('Address')} value={url} maxLength={2000} autoFocus onChange={(event) => setUrl(event.currentTarget.value)} />
        <Checkbox.Group label={t('Is told when')} value={events} onChange={setEvents}>
          <Stack gap={6} mt={4}>
            {EVENTS.map(([event, word]) => (
              <Checkbox key={event} value={event} label={word()} />
            ))}
          </Stack>
        </Checkbox.Group>
        <Group gap="xs">
          <Button type="submit" size="xs" disabled={!url.trim() || events.length === 0} loading={save.isPending}>
            {t('Add')}
          </Button>
          <Button size="xs" variant="default" onClick={onClose}>
            {t('Cancel')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Secret({ secret, onClose }: { secret: string; onClose: () => void }) {
  return (
    <Alert mt="sm" title={t('The secret of this webhook')} withCloseButton onClose={onClose} closeButtonLabel={t('Close')}>
      <Text size="sm">{t('Check signatures with it. It is shown only now.')}</Text>
      <Group gap="xs" mt={6} wrap="nowrap">
        <Text size="sm" ff="monospace" style={{ overflowWrap: 'anywhere' }} data-testid="webhook-secret">
          {secret}
        </Text>
        <CopyButton value={secret}>
          {({ copied, copy }) => (
            <Button size="compact-xs" variant="default" onClick={copy}>
              {copied ? t('Copied') : t('Copy')}
            </Button>
          )}
        </CopyButton>
      </Group>
    </Alert>
  );
}

function wordOf(event: string): string {
  return event === 'test' ? t('Test message') : (EVENTS.find(([known]) => known === event)?.[1]() ?? event);
}

function stateWord(state: string): string {
  if (state === 'delivered') return t('Delivered');
  return state === 'failed' ? t('Failed') : t('Waiting');
}
