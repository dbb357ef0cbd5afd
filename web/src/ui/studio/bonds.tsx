/** The relations of an annotation, from it and to it, and its group. */
import { ActionIcon, Button, Group, Stack, Text } from '@mantine/core';
import { IconArrowLeft, IconArrowRight, IconX } from '@tabler/icons-react';

import { reveal } from '../../editor/changes';
import { selectGroup, ungroup, unrelate } from '../../editor/shaping';
import { t } from '../../language/language';
import type { Annotation } from '../../wire';
import type { Desk } from './desk';

interface Bond {
  kind: string;
  from: string;
  to: string;
  other: Annotation | undefined;
  isOwn: boolean;
}

export function Bonds({ desk, annotation }: { desk: Desk; annotation: Annotation }) {
  const { editor } = desk;
  const bonds = bondsOf(desk, annotation);
  if (bonds.length === 0 && !annotation.group) return null;
  const nameOf = (kind: string) => (editor.ontology.relations ?? []).find(({ id }) => id === kind)?.name ?? kind;
  return (
    <Stack gap={4} data-testid="bonds">
      {annotation.group && (
        <Group gap={6}>
          <Text size="xs">{t('In a group of {{number}}', { number: editor.store.all().filter(({ group }) => group === annotation.group).length })}</Text>
          <Button size="compact-xs" variant="subtle" onClick={() => selectGroup(editor)}>
            {t('Select it')}
          </Button>
          {!editor.readOnly && (
            <Button size="compact-xs" variant="subtle" color="gray" onClick={() => ungroup(editor)}>
              {t('Take out')}
            </Button>
          )}
        </Group>
      )}
      {bonds.map((bond) => (
        <Group key={`${bond.from} ${bond.kind} ${bond.to}`} gap={6} wrap="nowrap">
          {bond.isOwn ? <IconArrowRight size={14} aria-label={t('to')} /> : <IconArrowLeft size={14} aria-label={t('from')} />}
          <Text size="xs" c="dimmed" truncate>
            {nameOf(bond.kind)}
          </Text>
          <Button
            size="compact-xs"
            variant="subtle"
            disabled={!bond.other}
            onClick={() => {
              if (!bond.other) return;
              editor.selection.select([bond.other.id]);
              reveal(editor, bond.other);
            }}
          >
            {bond.other ? (editor.categoryOf(bond.other.category)?.name ?? t('unknown')) : t('was deleted')}
          </Button>
          {!editor.readOnly && (
            <ActionIcon
              size="xs"
              variant="subtle"
              color="red"
              aria-label={t('Take the relation away')}
              onClick={() => unrelate(editor, bond.from, bond.kind, bond.to)}
            >
              <IconX size={12} />
            </ActionIcon>
          )}
        </Group>
      ))}
    </Stack>
  );
}

function bondsOf({ editor }: Desk, annotation: Annotation): Bond[] {
  const own = (annotation.relations ?? []).map(({ kind, to }) => ({
    kind,
    from: annotation.id,
    to,
    other: editor.store.get(to),
    isOwn: true,
  }));
  if ((editor.ontology.relations ?? []).length === 0) return own;
  const others = editor.store.all().flatMap((entry) =>
    (entry.relations ?? [])
      .filter(({ to }) => to === annotation.id)
      .map(({ kind, to }) => ({ kind, from: entry.id, to, other: entry, isOwn: false })),
  );
  return [...own, ...others];
}
