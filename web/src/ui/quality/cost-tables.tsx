/** The ledger by category, by stage and by kind of work; each table adds up to what was spent. */
import { Anchor, Group, Paper, SimpleGrid, Table, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link } from 'react-router';

import { spoken, t } from '../../language/language';
import { ontology as ontologyQuery } from '../../queries';
import { projectPath } from '../places';
import { useProject } from '../project';
import { duration, number, plain } from '../words';
import { Swatch } from './agreement-tables';
import { exploring } from './behind';
import { money } from './figures';
import { How } from './how';
import { spokenMethod } from './method-words';
import type { CostLine, CostView } from './wire';

export const STAGE_NAMES: Record<string, string> = spoken<string>({
  annotate: 'Annotate',
  review: 'Review',
  adjudicate: 'Adjudicate',
  machine: 'Machine',
});

export const KIND_NAMES: Record<string, string> = spoken<string>({
  annotate: 'First time',
  rework: 'Rework',
  review: 'Review',
  adjudicate: 'Deciding disputes',
  gold: 'Gold and tests',
  audit: 'Audit',
  compute: 'Computing',
});

/** What a table adds up to. */
export function sum(lines: CostLine[]): { seconds: number; cost: number } {
  return lines.reduce((all, line) => ({ seconds: all.seconds + line.seconds, cost: all.cost + (line.cost ?? 0) }), { seconds: 0, cost: 0 });
}

export function LedgerTables({ view }: { view: CostView }) {
  const { project } = useProject();
  const { data } = useQuery(ontologyQuery(project.id));
  const known = new Map((data?.ontology.categories ?? []).map((category) => [category.id, category]));
  const link = (to: string, words: ReactNode) => (
    <Anchor component={Link} size="sm" c="inherit" to={to}>
      {words}
    </Anchor>
  );
  const category = (id: string | null) => {
    if (id === null) return <Text size="sm" title={t('Items without annotations, work that was skipped or is still in hand, and the machine')}>{t('of no category')}</Text>;
    return link(exploring(project.id, { categories: [{ category: id }] }), <><Swatch category={known.get(id)} /> {known.get(id)?.name ?? id}</>);
  };
  const stage = (id: string | null) => {
    const word = STAGE_NAMES[id ?? ''] ?? plain(id ?? '');
    if (id === 'machine') return link(projectPath(project.id, 'jobs'), word);
    return link(exploring(project.id, id === 'review' ? { states: ['done'] } : {}), word);
  };
  return (
    <>
      <LedgerTable title={t('By category')} view={view} lines={view.by_category} name={category} own />
      <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="md">
        <LedgerTable title={t('By stage')} view={view} lines={view.by_stage} name={stage} />
        <LedgerTable title={t('By kind of work')} view={view} lines={view.by_kind} name={(id) => KIND_NAMES[id ?? ''] ?? plain(id ?? '')} />
      </SimpleGrid>
    </>
  );
}

interface TableProps {
  title: string;
  view: CostView;
  lines: CostLine[];
  name: (id: string | null) => ReactNode;
  /** Lines are held against accepted annotations of their own, not against all. */
  own?: boolean;
}

function LedgerTable({ title, view, lines, name, own = false }: TableProps) {
  const { currency = '' } = view.rates;
  const all = sum(lines);
  const each = (line: Pick<CostLine, 'each' | 'seconds_each'>) => {
    if (line.seconds_each === null) return <Text span c="dimmed" size="sm">{t('undefined')}</Text>;
    return view.priced ? money(line.each, currency) : duration(line.seconds_each);
  };
  return (
    <Paper p={0} data-testid="ledger">
      <Group gap={4} px="lg" pt="lg" pb="xs">
        <Title order={3}>{title}</Title>
        <How method={spokenMethod('cost')} />
      </Group>
      <Table.ScrollContainer minWidth={420}>
        <Table horizontalSpacing="lg">
          <Table.Thead>
            <Table.Tr>
              <Table.Th />
              <Table.Th ta="right">{t('Time')}</Table.Th>
              {view.priced && <Table.Th ta="right">{t('Cost')}</Table.Th>}
              {own && <Table.Th ta="right">{t('Accepted')}</Table.Th>}
              <Table.Th ta="right">{t('For an accepted one')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {lines.map((line) => (
              <Table.Tr key={line.name ?? ''}>
                <Table.Td className="lw-break">{name(line.name ?? null)}</Table.Td>
                <Table.Td ta="right">{duration(line.seconds)}</Table.Td>
                {view.priced && <Table.Td ta="right">{money(line.cost, currency)}</Table.Td>}
                {own && <Table.Td ta="right">{number(line.accepted)}</Table.Td>}
                <Table.Td ta="right">{each(line)}</Table.Td>
              </Table.Tr>
            ))}
            <Table.Tr fw={640}>
              <Table.Td>{t('In all')}</Table.Td>
              <Table.Td ta="right">{duration(all.seconds)}</Table.Td>
              {view.priced && <Table.Td ta="right">{money(view.total, currency)}</Table.Td>}
              {own && <Table.Td ta="right">{number(view.accepted)}</Table.Td>}
              <Table.Td ta="right">{each({ each: view.each, seconds_each: view.accepted ? all.seconds / view.accepted : null })}</Table.Td>
            </Table.Tr>
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Paper>
  );
}
