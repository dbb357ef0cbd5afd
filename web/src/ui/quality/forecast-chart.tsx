/** Items done by day, and how it may go on; kept apart, for the chart is heavy. */
import { Area, CartesianGrid, ComposedChart, Line, ReferenceLine, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';

import { locales, t } from '../../language/language';
import { number } from '../words';
import { type Point, pointsOf } from './forecast-points';
import type { ForecastView } from './wire';

const INK = 'var(--mantine-color-dimmed)';

export default function ForecastChart({ view }: { view: ForecastView }) {
  const short = new Intl.DateTimeFormat(locales().dates, { day: 'numeric', month: 'short', timeZone: 'UTC' });
  const points = pointsOf(view);
  const goal = view.done + view.left;
  return (
    <div style={{ height: 240, fontSize: 12 }} role="img" aria-label={t('Items done by day, and the forecast')}>
      <ResponsiveContainer width="100%" height="100%">
        <ComposedChart data={points} margin={{ top: 12, right: 16, bottom: 0, left: 0 }}>
          <CartesianGrid vertical={false} stroke="var(--mantine-color-default-border)" strokeDasharray="3 4" />
          <XAxis dataKey="time" type="number" scale="time" domain={['dataMin', 'dataMax']} tickFormatter={(time: number) => short.format(time)} stroke={INK} tickLine={false} minTickGap={40} />
          <YAxis stroke={INK} tickLine={false} axisLine={false} width={52} allowDecimals={false} domain={[0, goal]} tickFormatter={(value: number) => number(Math.round(value))} />
          <Tooltip content={({ active, payload }) => (active && payload[0] ? <Told point={payload[0].payload as Point} short={short} /> : null)} />
          <ReferenceLine y={goal} stroke="var(--lw-accent)" strokeDasharray="5 4" />
          <Area dataKey="range" stroke="none" fill="var(--lw-review)" fillOpacity={0.22} isAnimationActive={false} connectNulls />
          <Line dataKey="middle" stroke="var(--lw-review)" strokeWidth={2} strokeDasharray="5 4" dot={false} isAnimationActive={false} connectNulls />
          <Line dataKey="done" stroke="var(--lw-done)" strokeWidth={2.2} dot={false} isAnimationActive={false} connectNulls />
        </ComposedChart>
      </ResponsiveContainer>
    </div>
  );
}

function Told({ point, short }: { point: Point; short: Intl.DateTimeFormat }) {
  const [low, high] = point.range ?? [null, null];
  return (
    <div style={{ padding: '6px 10px', background: 'var(--mantine-color-body)', border: '1px solid var(--mantine-color-default-border)', borderRadius: 6 }}>
      <strong>{short.format(point.time)}</strong>
      {point.done !== undefined && <div>{t('{{count}} items done', { count: point.done })}</div>}
      {point.done === undefined && low !== null && high !== null && <div>{t('{{low}} to {{high}}', { low: number(Math.round(low)), high: number(Math.round(high)) })}</div>}
    </div>
  );
}
