/** The mark: a chisel inside the corners of a box, and the name. */
import { Group, Text } from '@mantine/core';
import { t } from '../language/language';

export function Mark({ size = 26 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" fill="none" aria-hidden>
      <rect width="32" height="32" rx="8" fill="#0d5c58" />
      <path
        d="M9 13V9h4M19 9h4v4M23 19v4h-4"
        stroke="#8fe0d2"
        strokeWidth="2.4"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
      <path d="M9 23l1.2-4.4L18 10.8l3.2 3.2-7.8 7.8z" fill="#fff" />
    </svg>
  );
}

export function Logo({ size = 26 }: { size?: number }) {
  return (
    <Group gap={9} wrap="nowrap">
      <Mark size={size} />
      <Text component="span" fw={680} fz={size * 0.62} style={{ letterSpacing: '-0.015em' }}>
        {t('Labelwright')}
      </Text>
    </Group>
  );
}
