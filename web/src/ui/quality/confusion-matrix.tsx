/** What somebody answered where it should have been something else; rows are what it was. */
import { Group, Table, Text, Title } from '@mantine/core';

import { t } from '../../language/language';
import { share } from './figures';
import { How } from './how';
import { spokenMethod } from './method-words';
import classes from './quality.module.css';
import type { Confusion } from './wire';

const MOST = 8;
const NOTHING = '';

export interface Grid {
  rows: string[];
  columns: string[];
  /** By row and column: the share of the row; null where there is none. */
  shares: (number | null)[][];
  times: number[][];
}

/** The commonest categories as a square; '' stands for nothing, and is last. */
export function gridOf(cells: Confusion[], most = MOST): Grid {
  const weights = new Map<string, number>();
  for (const { reference, answered, times } of cells) {
    for (const name of [reference ?? NOTHING, answered ?? NOTHING]) weights.set(name, (weights.get(name) ?? 0) + times);
  }
  const kept = [...weights].filter(([name]) => name !== NOTHING).sort(([a, x], [b, y]) => y - x || a.localeCompare(b)).slice(0, most).map(([name]) => name);
  const names = [...kept, ...(weights.has(NOTHING) ? [NOTHING] : [])];
  const known = new Map(cells.map((cell) => [`${cell.reference ?? NOTHING}\n${cell.answered ?? NOTHING}`, cell]));
  const cell = (row: string, column: string) => known.get(`${row}\n${column}`);
  return {
    rows: names,
    columns: names,
    shares: names.map((row) => names.map((column) => { const found = cell(row, column); return found && found.of > 0 ? found.times / found.of : null; })),
    times: names.map((row) => names.map((column) => cell(row, column)?.times ?? 0)),
  };
}

export function ConfusionMatrix({ cells, nameOf }: { cells: Confusion[]; nameOf: (id: string) => string }) {
  if (cells.length === 0) return null;
  const grid = gridOf(cells);
  const word = (name: string) => (name === NOTHING ? t('nothing') : nameOf(name));
  return (
    <div>
      <Group gap={4} mb={4}>
        <Title order={4} fz="sm">
          {t('What it was, and what was answered')}
        </Title>
        <How method={spokenMethod('confusion')} />
      </Group>
      <Table.ScrollContainer minWidth={200}>
        <table className={classes.matrix} data-testid="confusion">
          <thead>
            <tr>
              <td />
              {grid.columns.map((name) => (
                <th key={name} scope="col" title={word(name)}>
                  {word(name)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {grid.rows.map((row, y) => (
              <tr key={row}>
                <th scope="row" title={word(row)}>
                  {word(row)}
                </th>
                {grid.columns.map((column, x) => {
                  const value = grid.shares[y]![x]!;
                  const told = value === null ? '' : t('{{row}} answered as {{column}}: {{share}}', { row: word(row), column: word(column), share: share(value) });
                  return (
                    <td key={column}>
                      {value === null ? (
                        <Text span className={classes.none!} c="dimmed" size="sm">
                          ·
                        </Text>
                      ) : (
                        <span className={classes.cell} data-wrong={row !== column || undefined} style={{ '--shade': value } as React.CSSProperties} title={told}>
                          {share(value)}
                        </span>
                      )}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </Table.ScrollContainer>
    </div>
  );
}
