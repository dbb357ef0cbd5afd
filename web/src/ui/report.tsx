/** A report as people read it: counts first, then what was converted, dropped or refused, entry by entry. */
import { Accordion, Group, ScrollArea, SimpleGrid, Stack, Table, Text } from '@mantine/core';

import { t } from '../language/language';
import { words } from './report-words';
import { number } from './words';

type Value = unknown;
type Entry = Record<string, Value>;

/** Facts that say something to machines only: ids and hashes, by their look. */
const MACHINE = /^([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{64})$/;
const LONGEST = 300;

function isEntry(value: Value): value is Entry {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isShown(value: Value): boolean {
  if (value === null || value === undefined || value === '') return false;
  if (typeof value === 'string') return !MACHINE.test(value);
  if (Array.isArray(value)) return value.length > 0;
  if (isEntry(value)) return Object.keys(value).length > 0;
  return true;
}

export function Report({ report }: { report: Entry }) {
  const shown = Object.entries(report).filter(([, value]) => isShown(value));
  const numbers = shown.filter(([, value]) => typeof value === 'number');
  const texts = shown.filter(([, value]) => typeof value === 'string');
  const parts = shown.filter(([, value]) => typeof value === 'object');
  return (
    <Stack gap="sm">
      {numbers.length > 0 && (
        <SimpleGrid cols={{ base: 2, sm: 3, md: Math.min(6, Math.max(3, numbers.length)) }} spacing="sm">
          {numbers.map(([key, value]) => (
            <Stat key={key} word={words(key)} value={number(value as number)} />
          ))}
        </SimpleGrid>
      )}
      {texts.length > 0 && (
        <Stack gap={4}>
          {texts.map(([key, value]) => (
            <Text key={key} size="sm" className="lw-break">
              <Text span c="dimmed" size="sm">
                {words(key)}:{' '}
              </Text>
              {String(value)}
            </Text>
          ))}
        </Stack>
      )}
      {parts.length > 0 && (
        <Accordion variant="separated" multiple defaultValue={parts.filter(isShort).map(([key]) => key)}>
          {parts.map(([key, value]) => (
            <Accordion.Item key={key} value={key}>
              <Accordion.Control>
                <Group gap="xs">
                  <Text size="sm" fw={560}>
                    {words(key)}
                  </Text>
                  {Array.isArray(value) && (
                    <Text size="sm" c="dimmed">
                      {number(value.length)}
                    </Text>
                  )}
                </Group>
              </Accordion.Control>
              <Accordion.Panel>
                <Part value={value} />
              </Accordion.Panel>
            </Accordion.Item>
          ))}
        </Accordion>
      )}
    </Stack>
  );
}

function isShort([, value]: [string, Value]): boolean {
  return Array.isArray(value) && value.length <= 8;
}

export function Stat({ word, value }: { word: string; value: string }) {
  return (
    <div>
      <Text fz="1.3rem" fw={640} lh={1.2}>
        {value}
      </Text>
      <Text size="sm" c="dimmed">
        {word}
      </Text>
    </div>
  );
}

function Part({ value }: { value: Value }) {
  if (Array.isArray(value)) {
    return value.every(isEntry) ? <Entries entries={value} /> : <Lines lines={value.map(cell)} />;
  }
  if (isEntry(value)) {
    return <Entries entries={Object.entries(value).map(([name, told]) => (isEntry(told) ? { name, ...told } : { name, value: told }))} />;
  }
  return <Text size="sm">{cell(value)}</Text>;
}

function Lines({ lines }: { lines: string[] }) {
  return (
    <Stack gap={2}>
      {lines.slice(0, LONGEST).map((line, index) => (
        <Text key={index} size="sm" className="lw-break">
          {line}
        </Text>
      ))}
      <More count={lines.length - LONGEST} />
    </Stack>
  );
}

function Entries({ entries }: { entries: Entry[] }) {
  const columns = [...new Set(entries.flatMap((entry) => Object.keys(entry)))].filter(
    (key) => entries.some((entry) => isShown(entry[key])),
  );
  return (
    <ScrollArea.Autosize mah={340} type="auto">
      <Table fz="sm" verticalSpacing={5} horizontalSpacing="sm">
        <Table.Thead>
          <Table.Tr>
            {columns.map((column) => (
              <Table.Th key={column}>{words(column)}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {entries.slice(0, LONGEST).map((entry, index) => (
            <Table.Tr key={index}>
              {columns.map((column) => (
                <Table.Td key={column} className="lw-break">
                  {cell(entry[column])}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <More count={entries.length - LONGEST} />
    </ScrollArea.Autosize>
  );
}

function More({ count }: { count: number }) {
  if (count <= 0) return null;
  return (
    <Text size="sm" c="dimmed" p="xs">
      {t('and {{count}} more', { count })}
    </Text>
  );
}

function cell(value: Value): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'boolean') return value ? t('yes') : t('no');
  if (typeof value === 'number') return Number.isInteger(value) ? number(value) : String(value);
  if (Array.isArray(value)) return value.map(cell).join(', ');
  if (isEntry(value)) return Object.entries(value).map(([key, told]) => `${words(key)}: ${cell(told)}`).join(', ');
  return String(value);
}
