/** Who agrees with whom: a square of pairs; a cell opens the items that both answered. */
import { Group, Paper, Table, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { t } from '../../language/language';
import { useProject } from '../project';
import { Answer } from '../state';
import { count } from '../words';
import { Pictures } from './behind';
import { figure, leastFirst, shade, span, square } from './figures';
import { How } from './how';
import { methodOf } from './method-words';
import classes from './quality.module.css';
import { behind } from './queries';
import type { AgreementReport, Pair } from './wire';

const SHOWN_FIRST = ['f1', 'tag_agreement', 'instance_alpha'];

export function PairMatrix({ report, personOf }: { report: AgreementReport; personOf: (id: string) => string }) {
  const [open, setOpen] = useState<Pair | null>(null);
  if (report.pairs.length === 0) return null;
  const method = SHOWN_FIRST.find((name) => report.pairs.some(({ measures }) => measures[name]?.value != null)) ?? SHOWN_FIRST[0]!;
  const rows = square(report.people, report.pairs);
  return (
    <Paper p="lg">
      <Group gap={4} mb={2}>
        <Title order={3}>{t('Who agrees with whom')}</Title>
        <How method={methodOf(report.methods, method)} />
      </Group>
      <Text size="sm" c="dimmed" mb="sm">
        {t('{{measure}}, of every two people. Click a cell for the items that both answered, the least agreement first.', { measure: methodOf(report.methods, method)?.title ?? method })}
      </Text>
      <Table.ScrollContainer minWidth={200}>
        <table className={classes.matrix} data-testid="pairs">
          <thead>
            <tr>
              <td />
              {report.people.map((person) => (
                <th key={person} scope="col" title={personOf(person)}>
                  {personOf(person)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, at) => (
              <tr key={report.people[at]}>
                <th scope="row" title={personOf(report.people[at]!)}>
                  {personOf(report.people[at]!)}
                </th>
                {row.map((pair, column) => (
                  <td key={report.people[column]}>
                    {pair ? (
                      <PairCell pair={pair} method={method} personOf={personOf} isOpen={open === pair} onOpen={() => setOpen(open === pair ? null : pair)} />
                    ) : (
                      <Text span c="dimmed" className={classes.none!}>
                        {column === at ? '' : '–'}
                      </Text>
                    )}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Table.ScrollContainer>
      {open && <Both pair={open} personOf={personOf} />}
    </Paper>
  );
}

interface CellProps {
  pair: Pair;
  method: string;
  personOf: (id: string) => string;
  isOpen: boolean;
  onOpen: () => void;
}

function PairCell({ pair, method, personOf, isOpen, onOpen }: CellProps) {
  const measure = pair.measures[method];
  const value = measure?.value ?? null;
  const interval = measure && span(measure);
  const told = [
    `${personOf(pair.first)} – ${personOf(pair.second)}`,
    count(pair.items, 'item'),
    value === null ? (measure?.reason ?? t('undefined')) : figure(method, value),
    ...(interval ? [interval] : []),
  ].join(' · ');
  return (
    <button type="button" className={classes.cell} style={{ '--shade': shade(value) } as React.CSSProperties} title={told} aria-label={told} aria-pressed={isOpen} data-testid="pair" onClick={onOpen}>
      {figure(method, value)}
    </button>
  );
}

function Both({ pair, personOf }: { pair: Pair; personOf: (id: string) => string }) {
  const { project } = useProject();
  const found = useQuery(behind(project.id, { people: [pair.first, pair.second] }));
  return (
    <>
      <Text size="sm" mt="md" mb="xs">
        {t('{{first}} and {{second}} both answered {{items}}.', { first: personOf(pair.first), second: personOf(pair.second), items: count(pair.items, 'item') })}
      </Text>
      <Answer of={found}>{(data) => <Pictures items={leastFirst(data.items)} project={project.id} />}</Answer>
    </>
  );
}
