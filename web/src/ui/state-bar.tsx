/** How many items are in each state, as one bar with its legend; a state as a badge. */
import { Badge, Box, Group, Text, Tooltip } from '@mantine/core';
import { Link } from 'react-router';

import { t } from '../language/language';
import type { ItemState } from '../wire';
import { count, number, percent, STATE_WORDS, STATES } from './words';

type Counts = Partial<Record<ItemState, number>>;

// The bar reads from finished to untouched.
const ORDER: ItemState[] = ['done', 'review', 'adjudicate', 'returned', 'annotating', 'skipped', 'waiting'];

export function stateColor(state: ItemState): string {
  return `var(--lw-${state})`;
}

export function total(counts: Counts): number {
  return STATES.reduce((sum, state) => sum + (counts[state] ?? 0), 0);
}

export function StateBar({ counts, height = 8 }: { counts: Counts; height?: number }) {
  const all = total(counts);
  const present = ORDER.filter((state) => counts[state]);
  const words = present.map((state) => `${STATE_WORDS[state]} ${counts[state]}`).join(', ');
  return (
    <Box
      role="img"
      aria-label={all ? words : t('No items yet')}
      style={{
        display: 'flex',
        gap: 2,
        height,
        borderRadius: height,
        overflow: 'hidden',
        background: 'var(--lw-sunken)',
      }}
    >
      {present.map((state) => (
        <Tooltip
          key={state}
          label={`${STATE_WORDS[state]}: ${count(counts[state] ?? 0, 'item')} (${percent(counts[state] ?? 0, all)})`}
        >
          <Box style={{ flex: `${counts[state]} 0 4px`, background: stateColor(state) }} />
        </Tooltip>
      ))}
    </Box>
  );
}

export function StateLegend({ counts, to }: { counts: Counts; to?: (state: ItemState) => string }) {
  return (
    <Group gap="lg" mt="sm">
      {STATES.map((state) => {
        const entry = (
          <Group gap={7} wrap="nowrap">
            <Dot state={state} />
            <Text size="sm" c="dimmed">
              {STATE_WORDS[state]}
            </Text>
            <Text size="sm" fw={620}>
              {number(counts[state] ?? 0)}
            </Text>
          </Group>
        );
        if (!to) return <Box key={state}>{entry}</Box>;
        return (
          <Link key={state} to={to(state)} style={{ textDecoration: 'none', color: 'inherit' }}>
            {entry}
          </Link>
        );
      })}
    </Group>
  );
}

export function Dot({ state }: { state: ItemState }) {
  return (
    <Box w={9} h={9} style={{ borderRadius: 3, background: stateColor(state), flex: 'none' }} aria-hidden />
  );
}

export function StateBadge({ state }: { state: ItemState }) {
  return (
    <Badge variant="default" size="sm" tt="none" fw={560} leftSection={<Dot state={state} />} style={{ flex: 'none' }}>
      {STATE_WORDS[state] ?? state}
    </Badge>
  );
}
