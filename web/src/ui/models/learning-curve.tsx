/** How right the versions of a head are, by what they learned from; kept apart, for the chart is heavy. */
import { Area, CartesianGrid, ComposedChart, Line, ResponsiveContainer, XAxis, YAxis } from 'recharts';

import { t } from '../../language/language';
import type { components } from '../../model/api';

const INK = 'var(--mantine-color-dimmed)';

export default function LearningCurve({ versions }: { versions: readonly components['schemas']['HeadView'][] }) {
  const points = versions
    .filter(({ score }) => score !== null)
    .map(({ items, score, low, high }) => ({ items, score, range: low !== null && high !== null ? [low, high] : undefined }))
    .sort((a, b) => a.items - b.items);
  return (
    <div style={{ height: 220, fontSize: 12 }} role="img" aria-label={t('F1 by the number of items learned from')}>
      <ResponsiveContainer width="100%" height="100%">
        <ComposedChart data={points} margin={{ top: 8, right: 16, bottom: 0, left: 0 }}>
          <CartesianGrid vertical={false} stroke="var(--mantine-color-default-border)" strokeDasharray="3 4" />
          <XAxis dataKey="items" type="number" domain={['dataMin', 'dataMax']} stroke={INK} tickLine={false} allowDecimals={false} />
          <YAxis stroke={INK} tickLine={false} axisLine={false} width={36} domain={[0, 1]} />
          <Area dataKey="range" stroke="none" fill="var(--lw-accent)" fillOpacity={0.16} isAnimationActive={false} />
          <Line dataKey="score" stroke="var(--lw-accent)" strokeWidth={2} isAnimationActive={false} dot={{ r: 3 }} />
        </ComposedChart>
      </ResponsiveContainer>
    </div>
  );
}
