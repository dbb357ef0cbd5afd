/** The bound after each verdict, and the claim that it has to reach. */
import { Text } from '@mantine/core';

import { t } from '../../language/language';
import { bound } from './words';

const WIDTH = 600;
const HEIGHT = 120;

export function BoundLine({ line, atMost }: { line: number[]; atMost: number }) {
  const top = Math.max(Math.min(1, atMost * 4), 0.05);
  const x = (place: number) => (line.length < 2 ? WIDTH : (place / (line.length - 1)) * WIDTH);
  const y = (share: number) => HEIGHT - (Math.min(share, top) / top) * (HEIGHT - 4) - 2;
  const path = line.map((share, place) => `${place ? 'L' : 'M'}${x(place).toFixed(1)} ${y(share).toFixed(1)}`).join('');
  return (
    <div>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={t('The bound after each verdict')}
        style={{ display: 'block', width: '100%', height: HEIGHT, background: 'var(--lw-sunken)', borderRadius: 4 }}
      >
        <line x1={0} x2={WIDTH} y1={y(atMost)} y2={y(atMost)} stroke="var(--mantine-color-red-6)" strokeDasharray="5 4" vectorEffect="non-scaling-stroke" />
        <path d={path} fill="none" stroke="var(--lw-accent)" strokeWidth={2} vectorEffect="non-scaling-stroke" />
      </svg>
      <Text size="xs" c="dimmed" mt={4}>
        {t('The bound after each verdict, from 0 to {{top}}; the dashed line is the claim of {{claim}}.', { top: bound(top), claim: bound(atMost) })}
      </Text>
    </div>
  );
}
