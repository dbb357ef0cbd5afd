/** Submissions and reviews by day; kept apart, for the chart is heavy. */
import { locales, t } from '../language/language';
import '@mantine/charts/styles.css';

import { BarChart } from '@mantine/charts';

import type { Progress } from '../wire';

const DAYS = 14;
const DAY_MS = 86_400_000;

/** Days without work stand as gaps, so that the pace can be seen; at least two weeks. */
export function filled(days: Progress['throughput']): Progress['throughput'] {
  const last = days.at(-1);
  if (!last) return [];
  const known = new Map(days.map((day) => [day.day, day]));
  const end = Date.parse(last.day);
  const start = Math.min(Date.parse(days[0]!.day), end - (DAYS - 1) * DAY_MS);
  const all: Progress['throughput'] = [];
  for (let time = start; time <= end; time += DAY_MS) {
    const day = new Date(time).toISOString().slice(0, 10);
    all.push(known.get(day) ?? { day, submitted: 0, reviewed: 0 });
  }
  return all;
}

export default function Throughput({ days }: { days: Progress['throughput'] }) {
  const short = new Intl.DateTimeFormat(locales().dates, { day: 'numeric', month: 'short', timeZone: 'UTC' });
  const data = filled(days).map(({ day, submitted, reviewed }) => ({
    day: short.format(new Date(day)),
    submitted,
    reviewed,
  }));
  return (
    <BarChart
      h={230}
      data={data}
      dataKey="day"
      withLegend
      gridAxis="x"
      maxBarWidth={22}
      series={[
        { name: 'submitted', label: t('Submitted'), color: 'var(--lw-done)' },
        { name: 'reviewed', label: t('Reviewed'), color: 'var(--lw-review)' },
      ]}
      yAxisProps={{ allowDecimals: false, width: 40 }}
      barProps={{ isAnimationActive: false }}
    />
  );
}
