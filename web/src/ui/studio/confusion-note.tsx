/** A quiet line where the category at hand is often wrong; once in a session for each category. */
import { CloseButton, Group, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';

import { t } from '../../language/language';
import { warnings } from '../quality/queries';
import type { Desk } from './desk';
import { noteFor, type Told } from './confusion-words';
import { useSignal } from './use-signal';

/** What was told in this session, by project and category. */
const told: Told = new Set();
const HALF_AN_HOUR = 1_800_000;

export function ConfusionNote({ desk: { editor, envelope } }: { desk: Desk }) {
  useSignal(editor.categoryChanged);
  const { project } = envelope.task;
  const { data } = useQuery({ ...warnings(project), staleTime: HALF_AN_HOUR, retry: false });
  const category = editor.category?.id ?? null;
  const [note, setNote] = useState<string | null>(null);
  useEffect(() => {
    const nameOf = (id: string) => editor.ontology.categories?.find((one) => one.id === id)?.name ?? id;
    setNote(data && category ? noteFor(data, project, category, nameOf, told) : null);
  }, [data, project, category, editor]);
  if (!note) return null;
  return (
    <Group gap={4} wrap="nowrap" mt={6} role="status" data-testid="confusion-note" style={{ borderLeft: '3px solid var(--lw-annotating)', paddingLeft: 8 }}>
      <Text size="xs" style={{ flex: 1 }}>
        {note}
      </Text>
      <CloseButton size="xs" aria-label={t('Close')} onClick={() => setNote(null)} />
    </Group>
  );
}
