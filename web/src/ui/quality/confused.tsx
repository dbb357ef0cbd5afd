/** Which categories people give to one and the same thing; a line opens the items where they did. */
import { Group, Paper, Table, Text, Title, UnstyledButton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { t } from '../../language/language';
import { useProject } from '../project';
import { Answer } from '../state';
import { count, number } from '../words';
import { Pictures } from './behind';
import { shade } from './figures';
import { How } from './how';
import { spokenMethod } from './method-words';
import classes from './quality.module.css';
import { behind } from './queries';
import type { AgreementReport } from './wire';

const MOST = 12;

type Pair = AgreementReport['confusions'][number];

export function Confused({ report, nameOf }: { report: AgreementReport; nameOf: (id: string) => string }) {
  const [open, setOpen] = useState<Pair | null>(null);
  const shown = report.confusions.slice(0, MOST);
  if (shown.length === 0) return null;
  const most = shown[0]!.count;
  return (
    <Paper p="lg">
      <Group gap={4}>
        <Title order={3}>{t('Categories that are confused')}</Title>
        <How method={spokenMethod('confused')} />
      </Group>
      <Text size="sm" c="dimmed" mb="sm">
        {t('How often two people marked the same thing, one as this and the other as that. Click a line for the items.')}
      </Text>
      <Table.ScrollContainer minWidth={320}>
        <table className={classes.matrix} data-testid="confused">
          <tbody>
            {shown.map((pair) => (
              <tr key={`${pair.first} ${pair.second}`}>
                <th scope="row">{nameOf(pair.first)}</th>
                <th>{nameOf(pair.second)}</th>
                <td>
                  <UnstyledButton
                    className={classes.cell!}
                    data-wrong
                    style={{ '--shade': shade(pair.count / most) } as React.CSSProperties}
                    aria-pressed={open === pair}
                    aria-label={t('{{first}} or {{second}}: {{times}}', { first: nameOf(pair.first), second: nameOf(pair.second), times: count(pair.count, 'time') })}
                    onClick={() => setOpen(open === pair ? null : pair)}
                  >
                    {number(pair.count)}
                  </UnstyledButton>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Table.ScrollContainer>
      {report.confusions.length > MOST && (
        <Group>
          <Text size="xs" c="dimmed">
            {t('And {{count}} more pairs.', { count: report.confusions.length - MOST })}
          </Text>
        </Group>
      )}
      {open && <Where key={`${open.first} ${open.second}`} pair={open} />}
    </Paper>
  );
}

function Where({ pair }: { pair: Pair }) {
  const { project } = useProject();
  const found = useQuery(behind(project.id, { categories: [pair.first, pair.second] }));
  return (
    <div style={{ marginTop: 12 }}>
      <Answer of={found}>{(data) => <Pictures items={data.items} project={project.id} />}</Answer>
    </div>
  );
}
