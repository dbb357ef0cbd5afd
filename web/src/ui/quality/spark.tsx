/** A small line of right answers over time, with what was noticed marked where it began. */
import { Text } from '@mantine/core';

import { t } from '../../language/language';
import { moment } from '../words';
import { share } from './figures';
import classes from './quality.module.css';
import type { PersonQuality } from './wire';

const WIDTH = 150;
const HEIGHT = 34;

/** Where an alarm stands on a line: the last point that had begun by then; null without a time. */
export function placeOf(times: string[], since: string | null): number | null {
  if (!since || times.length === 0) return null;
  const at = times.findLastIndex((time) => time <= since);
  return Math.max(0, at);
}

export type Noticed = PersonQuality['alarms'][number] & { times: number };

/** One of each kind, the first: after an alarm the watch begins anew, and tells of the same thing again. */
export function noticed(alarms: PersonQuality['alarms']): Noticed[] {
  const kinds = new Map<string, Noticed>();
  for (const alarm of alarms) {
    const known = kinds.get(alarm.what);
    if (known) known.times += 1;
    else kinds.set(alarm.what, { ...alarm, times: 1 });
  }
  return [...kinds.values()];
}

/** Points in the space of the picture; a single one stands in the middle. */
export function points(line: number[], width = WIDTH, height = HEIGHT): [number, number][] {
  return line.map((value, at) => [line.length === 1 ? width / 2 : (at / (line.length - 1)) * width, (1 - value) * height]);
}

/** The mean of each point and its neighbors: single answers jump between 0 and 1. */
export function smoothed(line: number[], reach = Math.max(1, Math.round(line.length / 12))): number[] {
  return line.map((_, at) => {
    const near = line.slice(Math.max(0, at - reach), at + reach + 1);
    return near.reduce((sum, value) => sum + value, 0) / near.length;
  });
}

export function Spark({ person }: { person: Pick<PersonQuality, 'line' | 'times' | 'alarms' | 'name'> }) {
  if (person.line.length < 2) return <Text size="xs" c="dimmed">{t('too few answers')}</Text>;
  const drawn = points(smoothed(person.line));
  const last = person.line.at(-1)!;
  return (
    <svg className={classes.spark} width={WIDTH} height={HEIGHT} role="img" aria-label={t('Right answers over time, {{value}} at the end', { value: share(last) })}>
      <line x1={0} x2={WIDTH} y1={HEIGHT} y2={HEIGHT} stroke="var(--mantine-color-default-border)" />
      <line x1={0} x2={WIDTH} y1={0} y2={0} stroke="var(--mantine-color-default-border)" strokeDasharray="2 3" />
      {noticed(person.alarms).map((alarm) => {
        const at = placeOf(person.times, alarm.since);
        const x = at === null ? null : drawn[at]?.[0];
        return x === null || x === undefined ? null : (
          <g key={alarm.reason}>
            <line x1={x} x2={x} y1={-2} y2={HEIGHT} stroke="var(--lw-returned)" strokeWidth={1.5} />
            <circle cx={x} cy={-3} r={3} fill="var(--lw-returned)">
              <title>{`${alarm.reason} ${alarm.since ? moment(alarm.since) : ''}`}</title>
            </circle>
          </g>
        );
      })}
      <polyline fill="none" stroke="var(--lw-accent)" strokeWidth={1.8} points={drawn.map((point) => point.join(',')).join(' ')} />
    </svg>
  );
}
