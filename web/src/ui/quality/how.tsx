/** “How is this computed”: a small ? beside a number, with the method, its formula and its paper. */
import { ActionIcon, Code, Group, Popover, Stack, Text } from '@mantine/core';
import { IconHelp } from '@tabler/icons-react';
import type { ReactNode } from 'react';

import { t } from '../../language/language';
import { figure, onBar, span } from './figures';
import { methodOf } from './method-words';
import classes from './quality.module.css';
import type { Measure, Method } from './wire';

export function How({ method, note }: { method: Method | null; note?: string | undefined }) {
  if (!method) return null;
  const label = t('How is “{{title}}” computed?', { title: method.title });
  return (
    <Popover width={360} position="bottom" withArrow shadow="md" trapFocus>
      <Popover.Target>
        <ActionIcon variant="subtle" color="gray" c="dimmed" size="xs" aria-label={label} title={label} data-testid="how">
          <IconHelp size={14} />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown data-testid="how-told">
        <Stack gap={6} tabIndex={0} data-autofocus style={{ outline: 'none', fontWeight: 400, textAlign: 'left', whiteSpace: 'normal' }}>
          <Text fw={620} size="sm">
            {method.title}
          </Text>
          <Code className={classes.formula!}>{method.formula}</Code>
          <Text size="sm">{method.explanation}</Text>
          {note && <Text size="sm">{note}</Text>}
          {method.paper && (
            <Text size="xs" c="dimmed">
              {method.paper}
            </Text>
          )}
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}

/** A word over a number, with its “how”. */
export function Titled({ title, method, note }: { title: ReactNode; method: Method | null; note?: string }) {
  return (
    <Group gap={4} wrap="nowrap" display="inline-flex">
      <span>{title}</span>
      <How method={method} note={note} />
    </Group>
  );
}

interface FigureProps {
  measure: Measure | undefined;
  methods: Record<string, Method>;
  how?: boolean;
}

/** A number with its interval; where it has none, the reason in words. */
export function Figure({ measure, methods, how = true }: FigureProps) {
  if (!measure) return <Text span c="dimmed">–</Text>;
  const told = span(measure);
  return (
    <Group gap={5} wrap="nowrap" display="inline-flex" align="baseline">
      <Text span fw={measure.value === null ? 400 : 600} c={measure.value === null ? 'dimmed' : undefined} size="sm" title={measure.reason ?? undefined}>
        {measure.value === null ? t('undefined') : figure(measure.method, measure.value)}
      </Text>
      {measure.value === null && measure.reason && (
        <Text span size="xs" c="dimmed" maw={300}>
          {measure.reason}
        </Text>
      )}
      {told && (
        <Text span size="xs" c="dimmed" style={{ whiteSpace: 'nowrap' }}>
          {told}
        </Text>
      )}
      {how && <How method={methodOf(methods, measure.method)} note={measured(measure)} />}
    </Group>
  );
}

export function measured(measure: Measure): string {
  const level = Math.round(measure.level * 100);
  return t('Of {{count}} items or things. The interval holds the value with {{level}} % confidence.', { count: measure.n, level });
}

/** Where a number and its interval lie between 0 and 1. */
export function Bar({ measure }: { measure: Pick<Measure, 'value' | 'low' | 'high'> }) {
  const on = onBar(measure);
  return (
    <div className={classes.track} aria-hidden>
      {on && <div className={classes.span} style={{ left: `${on.from}%`, width: `${Math.max(0.5, on.to - on.from)}%` }} />}
      {on && <div className={classes.dot} style={{ left: `${on.at}%` }} />}
    </div>
  );
}
