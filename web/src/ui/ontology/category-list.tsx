/** Categories in their order; dragged, or moved by Alt and the arrow keys. */
import { Badge, Box, Group, Kbd, Text, Tooltip, UnstyledButton } from '@mantine/core';
import { IconAlertCircle, IconGripVertical } from '@tabler/icons-react';
import { type KeyboardEvent, useState } from 'react';

import { t } from '../../language/language';
import type { Category } from '../../wire';
import { number } from '../words';
import classes from './category-list.module.css';

interface Props {
  categories: Category[];
  counts: Record<string, number>;
  faults: Map<string, string[]>;
  chosen: string | null;
  onChoose: (id: string) => void;
  onMove?: ((id: string, to: number) => void) | undefined;
}

export function CategoryList({ categories, counts, faults, chosen, onChoose, onMove }: Props) {
  const [dragged, setDragged] = useState<string | null>(null);
  const press = (event: KeyboardEvent, id: string, index: number) => {
    const by = event.key === 'ArrowUp' ? -1 : event.key === 'ArrowDown' ? 1 : 0;
    if (!by) return;
    event.preventDefault();
    if (event.altKey) onMove?.(id, index + by);
    else focusAt(event.currentTarget, by);
  };
  return (
    <Box>
      <Box role="list" aria-label={t('Categories')}>
        {categories.map((category, index) => (
          <Box
            key={category.id}
            role="listitem"
            draggable={Boolean(onMove)}
            data-dragged={dragged === category.id || undefined}
            onDragStart={(event) => {
              event.dataTransfer.effectAllowed = 'move';
              event.dataTransfer.setData('text/plain', category.id);
              setDragged(category.id);
            }}
            onDragEnd={() => setDragged(null)}
            onDragOver={(event) => {
              if (!dragged) return;
              event.preventDefault();
              if (dragged !== category.id) onMove?.(dragged, index);
            }}
            onDrop={(event) => event.preventDefault()}
          >
            <UnstyledButton
              className={classes.entry}
              data-chosen={category.id === chosen || undefined}
              aria-current={category.id === chosen || undefined}
              aria-keyshortcuts="Alt+ArrowUp Alt+ArrowDown"
              onClick={() => onChoose(category.id)}
              onKeyDown={(event) => press(event, category.id, index)}
            >
              {onMove && <IconGripVertical size={15} className={classes.grip} aria-hidden />}
              <span className={classes.swatch} style={{ background: category.color ?? '#E69F00' }} />
              <Text size="sm" flex={1} className="lw-clip" title={category.name}>
                {category.name || <em>{t('Unnamed')}</em>}
              </Text>
              {faults.has(category.id) && (
                <IconAlertCircle size={16} color="var(--mantine-color-error)" aria-label={t('Needs mending')} />
              )}
              {category.shortcut && <Kbd size="xs">{category.shortcut.toUpperCase()}</Kbd>}
              <Tooltip label={t('Annotations in accepted and submitted work')}>
                <Badge variant="default" size="sm" fw={500}>
                  {number(counts[category.id] ?? 0)}
                </Badge>
              </Tooltip>
            </UnstyledButton>
          </Box>
        ))}
      </Box>
      {onMove && categories.length > 1 && (
        <Group gap={5} px="xs" pt={6}>
          <Text size="xs" c="dimmed">
            {t('Drag to reorder, or')}
          </Text>
          <Kbd size="xs">Alt</Kbd>
          <Kbd size="xs">↑ ↓</Kbd>
        </Group>
      )}
    </Box>
  );
}

function focusAt(from: Element, by: number) {
  const buttons = [...(from.closest('[role=list]')?.querySelectorAll('button') ?? [])];
  buttons[buttons.indexOf(from as HTMLButtonElement) + by]?.focus();
}
