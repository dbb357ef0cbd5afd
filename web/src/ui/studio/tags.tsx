/** Tags: what is said of the whole item. */
import { Chip, Group, Stack, Text } from '@mantine/core';

import { toggleTag } from '../../editor/changes';
import { t } from '../../language/language';
import { tags } from '../../model/ontology';
import type { Desk } from './desk';
import classes from './studio.module.css';
import { useSignal } from './use-signal';

export function Tags({ desk: { editor } }: { desk: Desk }) {
  useSignal(editor.store.changed);
  const known = tags(editor.ontology);
  if (known.length === 0) return null;
  const there = new Map(editor.store.all().flatMap((a) => (a.shape ? [] : [[a.category, a.id] as const])));
  return (
    <Stack gap={6} className={classes.section} data-testid="tags">
      <Text size="xs" c="dimmed">
        {t('The whole item')}
      </Text>
      <Group gap={6}>
        {known.map((category) => (
          <Chip
            key={category.id}
            size="xs"
            radius="sm"
            checked={there.has(category.id)}
            disabled={editor.readOnly}
            onChange={() => {
              toggleTag(editor, category.id);
              const made = editor.store.all().find((a) => !a.shape && a.category === category.id);
              if (made && category.attributes?.length) editor.selection.select([made.id]);
            }}
          >
            {category.name}
            {category.shortcut ? ` (${category.shortcut.toUpperCase()})` : ''}
          </Chip>
        ))}
      </Group>
    </Stack>
  );
}
