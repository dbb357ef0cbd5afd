/** How a delivery is judged: the limit, the plan that follows, and what it lets through. */
import { Group, NativeSelect, NumberInput, Paper, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';

import { api } from '../../api';
import { spoken, t } from '../../language/language';
import type { components } from '../../model/api';
import { Failure } from '../state';

type Preview = components['schemas']['AcceptancePreview'];

export type Acceptance = { by: 'iso'; aql: number; level: string } | { by: 'wald'; good: number; bad: number };

const AQLS = ['0.1', '0.15', '0.25', '0.4', '0.65', '1', '1.5', '2.5', '4', '6.5', '10'];
const LEVELS = ['S-1', 'S-2', 'S-3', 'S-4', 'I', 'II', 'III'];
export const SEVERITIES: Record<string, string> = spoken<string>({ normal: 'normal', tightened: 'tightened', reduced: 'reduced' });

interface Props {
  release: string;
  unit: string;
  by: string;
  onChange: (acceptance: Acceptance) => void;
}

export function AcceptanceForm({ release, unit, by, onChange }: Props) {
  const [aql, setAql] = useState('2.5');
  const [level, setLevel] = useState('II');
  const [good, setGood] = useState(2);
  const [bad, setBad] = useState(10);
  const wanted: Acceptance = by === 'iso' ? { by: 'iso', aql: Number(aql), level } : { by: 'wald', good: good / 100, bad: bad / 100 };
  const key = JSON.stringify(wanted);
  useEffect(() => onChange(JSON.parse(key) as Acceptance), [key, onChange]);
  const found = useQuery({
    queryKey: ['acceptance', release, unit, key],
    queryFn: () => api.post<Preview>(`/releases/${release}/acceptance-plan`, { acceptance: wanted, unit }),
  });
  return (
    <Stack gap="xs">
      {by === 'iso' ? (
        <Group grow>
          <NativeSelect label={t('Acceptance quality limit (% wrong)')} data={AQLS} value={aql} onChange={({ currentTarget }) => setAql(currentTarget.value)} data-testid="aql" />
          <NativeSelect label={t('Inspection level')} data={LEVELS} value={level} onChange={({ currentTarget }) => setLevel(currentTarget.value)} />
        </Group>
      ) : (
        <Group grow>
          <NumberInput label={t('Good: up to (% wrong)')} min={0.1} max={98} value={good} onChange={(value) => typeof value === 'number' && setGood(value)} />
          <NumberInput label={t('Bad: from (% wrong)')} min={0.2} max={99} value={bad} onChange={(value) => typeof value === 'number' && setBad(value)} />
        </Group>
      )}
      {found.error && <Failure error={found.error} />}
      {found.data && (
        <Paper p="sm" withBorder data-testid="acceptance-plan">
          <Text size="sm">{planWords(found.data.plan)}</Text>
          <Curve points={found.data.curve as [number, number][]} />
          <Text size="xs" c="dimmed">
            {t('The chance that work is accepted, by the share of it that is wrong.')}
          </Text>
        </Paper>
      )}
    </Stack>
  );
}

type Plan = Preview['plan'];

/** A plan in a sentence. */
export function planWords(plan: Plan): string {
  if (plan.accept === null) return t('Judged one after another until it is decided: about {{size}} of {{lot}} where the work is good.', { size: plan.size, lot: plan.lot });
  return t('{{size}} of {{lot}} are drawn; up to {{accept}} may be wrong. Letter {{letter}}, {{severity}} inspection: {{why}}.', {
    size: plan.size,
    lot: plan.lot,
    accept: plan.accept,
    letter: plan.letter ?? '',
    severity: SEVERITIES[plan.severity ?? 'normal'] ?? '',
    why: plan.why,
  });
}

const WIDE = 320;
const TALL = 90;

function Curve({ points }: { points: [number, number][] }) {
  const most = points[points.length - 1]?.[0] ?? 1;
  const at = ([share, chance]: [number, number]) => `${(share / most) * WIDE},${TALL - chance * TALL}`;
  return (
    <svg viewBox={`-44 -8 ${WIDE + 54} ${TALL + 26}`} role="img" aria-label={t('Operating characteristic')} style={{ width: '100%', maxHeight: 150 }}>
      <path d={`M0 0V${TALL}H${WIDE}`} fill="none" stroke="var(--mantine-color-dimmed)" strokeWidth={1} />
      <polyline points={points.map(at).join(' ')} fill="none" stroke="var(--mantine-primary-color-filled)" strokeWidth={2} />
      <g fontSize={10} fill="var(--mantine-color-dimmed)">
        <text x={-6} y={4} textAnchor="end">
          100 %
        </text>
        <text x={-6} y={TALL} textAnchor="end">
          0 %
        </text>
        <text x={WIDE} y={TALL + 14} textAnchor="end">
          {t('{{value}} %', { value: Math.round(most * 1000) / 10 })}
        </text>
      </g>
    </svg>
  );
}
