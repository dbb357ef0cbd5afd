/** The documents of an item: submissions, predictions and references; one is shown at a time. */
import { Badge, Group, Stack, Text, UnstyledButton } from '@mantine/core';
import { useState } from 'react';

import { t } from '../../language/language';
import type { DocumentView, History } from '../../wire';
import { ago, count, duration, moment, VERDICT_WORDS } from '../words';
import classes from './sources.module.css';

export function useSources(history: History | undefined) {
  const [picked, choose] = useState<string | null>(null);
  const submissions = [...(history?.submissions ?? [])].sort((a, b) => b.created_at.localeCompare(a.created_at));
  const sources = [...submissions, ...(history?.predictions ?? []), ...(history?.references ?? [])];
  return { sources, chosen: picked ?? sources[0]?.id ?? null, choose };
}

interface Props {
  sources: DocumentView[];
  chosen: string | null;
  onChoose: (id: string) => void;
}

export function Source({ sources, chosen, onChoose }: Props) {
  if (sources.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {t('Nobody has submitted anything on this item yet.')}
      </Text>
    );
  }
  return (
    <Stack gap={4}>
      {sources.map((entry) => (
        <UnstyledButton
          key={entry.id}
          className={classes.entry}
          data-chosen={entry.id === chosen || undefined}
          aria-pressed={entry.id === chosen}
          onClick={() => onChoose(entry.id)}
        >
          <Group justify="space-between" wrap="nowrap" gap="xs">
            <Text size="sm" fw={560} className="lw-clip">
              {title(entry)}
            </Text>
            {entry.verdict && (
              <Badge size="sm" variant="light" color={entry.verdict === 'returned' ? 'orange' : 'pine'} tt="none">
                {VERDICT_WORDS[entry.verdict]}
              </Badge>
            )}
          </Group>
          <Text size="xs" c="dimmed" title={moment(entry.created_at)}>
            {[
              ago(entry.created_at),
              count(entry.annotations, 'annotation'),
              entry.seconds > 0 ? duration(entry.seconds) : '',
              entry.kind === 'submission' ? t('guideline {{version}}', { version: entry.guideline_version }) : '',
            ]
              .filter(Boolean)
              .join(' · ')}
          </Text>
          {entry.comment && (
            <Text size="sm" mt={4} className="lw-break">
              “{entry.comment}”
            </Text>
          )}
        </UnstyledButton>
      ))}
    </Stack>
  );
}

function title(entry: DocumentView): string {
  if (entry.kind === 'prediction') return t('Prediction of {{name}}', { name: entry.model ?? entry.author_name });
  if (entry.kind === 'reference') return t('Reference');
  const name = entry.author_name;
  const act = entry.stage === 'review' ? t('Review by {{name}}', { name }) : t('Submission by {{name}}', { name });
  return entry.round > 1 ? `${act}, ${t('round {{round}}', { round: entry.round })}` : act;
}
