/** What of a file could not be read: where, and why; as a list to keep, too. */
import { Button, Group, Pagination, Stack, Table, Text } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useState } from 'react';

import { t } from '../../language/language';
import type { Fault } from './label-report';
import { saveFile } from './save-file';

const ROWS = 20;

export function FaultList({ faults, total, name }: { faults: Fault[]; total: number; name: string }) {
  const [page, setPage] = useState(1);
  if (faults.length === 0) return null;
  return (
    <Stack gap="xs">
      <Group justify="space-between">
        <Text fw={600} size="sm">
          {t('{{count}} records could not be read', { count: total })}
        </Text>
        <Button
          size="xs"
          variant="default"
          leftSection={<IconDownload size={14} />}
          onClick={() => saveFile(`${name}-faults.csv`, asTable(faults), 'text/csv')}
        >
          {t('Save the list')}
        </Button>
      </Group>
      <Table.ScrollContainer minWidth={560}>
        <Table fz="sm" verticalSpacing={4} aria-label={t('Records that could not be read')}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('File')}</Table.Th>
              <Table.Th>{t('Place')}</Table.Th>
              <Table.Th>{t('Reason')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {faults.slice((page - 1) * ROWS, page * ROWS).map(({ file, place, reason }, index) => (
              <Table.Tr key={index}>
                <Table.Td className="lw-break">{file}</Table.Td>
                <Table.Td className="lw-break">{place}</Table.Td>
                <Table.Td className="lw-break">{reason}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {faults.length > ROWS && <Pagination size="sm" total={Math.ceil(faults.length / ROWS)} value={page} onChange={setPage} />}
      {total > faults.length && (
        <Text size="xs" c="dimmed">
          {t('The first {{count}} are listed.', { count: faults.length })}
        </Text>
      )}
    </Stack>
  );
}

/** A table for spreadsheets, in which no cell is run as a formula. */
function asTable(faults: Fault[]): string {
  const cell = (text: string) => {
    const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
    return `"${safe.replaceAll('"', '""')}"`;
  };
  const rows = faults.map(({ file, place, reason }) => [file, place, reason].map(cell).join(','));
  return ['file,place,reason', ...rows, ''].join('\r\n');
}
