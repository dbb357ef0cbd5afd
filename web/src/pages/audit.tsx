/** The audit log: what was done by whom, chained by hashes. */
import { Alert, Button, Code, Group, Paper, Table, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconShieldCheck, IconShieldX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { api } from '../api';
import { t } from '../language/language';
import { useAudit } from '../queries';
import { actionWords } from '../ui/audit-words';
import { Page } from '../ui/page';
import { Failure, Loading } from '../ui/state';
import { moment } from '../ui/words';
import type { AuditEntry } from '../wire';

export default function Audit() {
  const [action, setAction] = useState('');
  const [wanted] = useDebouncedValue(action.trim(), 300);
  const log = useAudit({ action: wanted, subject: '' });
  const entries = log.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Page title={t('Audit log')} about={t('Every entry carries the hash of the one before it, so nothing can be changed unnoticed.')}>
      <Chain />
      <TextInput
        w={320}
        mb="md"
        aria-label={t('Action')}
        placeholder={t('Action, such as project.created')}
        value={action}
        onChange={(event) => setAction(event.currentTarget.value)}
      />
      {log.isPending && <Loading rows={8} height={34} />}
      {log.error && <Failure error={log.error} onRetry={() => void log.refetch()} />}
      {log.data && entries.length === 0 && <Text c="dimmed">{t('No entry has this action.')}</Text>}
      {entries.length > 0 && (
        <Paper p={0}>
          <Table.ScrollContainer minWidth={820}>
            <Table highlightOnHover verticalSpacing={6}>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th w={70}>{t('No.')}</Table.Th>
                  <Table.Th w={170}>{t('When')}</Table.Th>
                  <Table.Th w={160}>{t('Who')}</Table.Th>
                  <Table.Th w={190}>{t('Did what')}</Table.Th>
                  <Table.Th>{t('Details')}</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {entries.map((entry) => (
                  <Row key={entry.seq} entry={entry} />
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        </Paper>
      )}
      {log.hasNextPage && (
        <Group justify="center" mt="md">
          <Button variant="default" loading={log.isFetchingNextPage} onClick={() => void log.fetchNextPage()}>
            {t('Older entries')}
          </Button>
        </Group>
      )}
    </Page>
  );
}

function Row({ entry }: { entry: AuditEntry }) {
  const detail = Object.entries(entry.detail);
  return (
    <Table.Tr>
      <Table.Td c="dimmed">{entry.seq}</Table.Td>
      <Table.Td style={{ whiteSpace: 'nowrap' }}>{moment(entry.at)}</Table.Td>
      <Table.Td className="lw-break">{entry.actor_name || entry.actor}</Table.Td>
      <Table.Td title={entry.action}>{actionWords(entry.action)}</Table.Td>
      <Table.Td>
        {detail.length > 0 && (
          <Code className="lw-break" style={{ whiteSpace: 'pre-wrap' }} bg="transparent" p={0}>
            {detail.map(([key, value]) => `${key}: ${typeof value === 'string' ? value : JSON.stringify(value)}`).join('  ')}
          </Code>
        )}
      </Table.Td>
    </Table.Tr>
  );
}

function Chain() {
  const { data, error, refetch, isFetching } = useQuery({
    queryKey: ['audit-verification'],
    queryFn: () => api.get<{ ok: boolean; entries: number; fault: string | null }>('/audit/verification'),
  });
  if (error) return <Failure error={error} onRetry={() => void refetch()} />;
  if (!data) return null;
  return (
    <Alert
      mb="md"
      p="sm"
      color={data.ok ? 'pine' : 'red'}
      icon={data.ok ? <IconShieldCheck /> : <IconShieldX />}
    >
      <Group justify="space-between">
        <Text size="sm" fw={560}>
          {data.ok ? t('The chain of {{count}} entries is whole.', { count: data.entries }) : data.fault}
        </Text>
        <Button size="compact-xs" variant="subtle" loading={isFetching} onClick={() => void refetch()}>
          {t('Verify again')}
        </Button>
      </Group>
    </Alert>
  );
}
