/** One category: its name, color, key, shapes and attributes; merge and delete. */
import {
  Button, Checkbox, ColorInput, Divider, Group, Menu, Stack, Text, Textarea, TextInput,
} from '@mantine/core';
import { IconArrowMerge, IconPlus, IconTrash } from '@tabler/icons-react';

import { t } from '../../language/language';
import type { Category } from '../../wire';
import { count as counted, SHAPE_WORDS } from '../words';
import { AttributeForm } from './attribute-form';
import { PALETTE, type Step } from './edit';
import { SkeletonForm } from './skeleton-form';

interface Props {
  category: Category;
  categories: Category[];
  count: number;
  faults: string[];
  mayChange: boolean;
  take: (step: Step) => void;
}

const USUAL = ['box', 'polygon'];

export function CategoryForm({ category, categories, count, faults, mayChange, take }: Props) {
  const { id } = category;
  const change = (fields: Partial<Category>) => take({ kind: 'change', id, fields });
  return (
    <fieldset disabled={!mayChange} style={{ border: 0, margin: 0, padding: 0, minWidth: 0 }}>
      <Stack>
        {faults.map((fault) => (
          <Text key={fault} size="sm" c="var(--mantine-color-error)" role="alert">
            {fault}
          </Text>
        ))}
        <Group align="flex-end" gap="sm">
          <TextInput
            flex="1 1 200px"
            label={t('Name')}
            value={category.name}
            onChange={(event) => change({ name: event.currentTarget.value })}
          />
          <ColorInput
            w={140}
            label={t('Color')}
            format="hex"
            swatches={PALETTE}
            swatchesPerRow={6}
            value={category.color ?? PALETTE[0]!}
            onChange={(color) => change({ color })}
          />
          <TextInput
            w={70}
            label={t('Key')}
            maxLength={1}
            placeholder="1"
            value={category.shortcut ?? ''}
            onChange={(event) => change({ shortcut: event.currentTarget.value.trim().toLowerCase() || null })}
          />
        </Group>
        <Checkbox.Group
          label={t('Marked as')}
          value={category.shapes ?? USUAL}
          onChange={(shapes) => change({ shapes })}
        >
          <Group mt={6}>
            {Object.entries(SHAPE_WORDS).map(([kind, word]) => (
              <Checkbox key={kind} value={kind} label={kind === 'tag' ? t('Tag (the whole item)') : word} />
            ))}
          </Group>
        </Checkbox.Group>
        {(category.shapes ?? USUAL).includes('skeleton') && (
          <SkeletonForm
            template={category.skeleton}
            color={category.color ?? PALETTE[0]!}
            mayChange={mayChange}
            onChange={(skeleton) => change({ skeleton })}
          />
        )}
        <Textarea
          label={t('Description')}
          description={t('Shown to annotators when they choose the category')}
          autosize
          minRows={1}
          value={category.description ?? ''}
          onChange={(event) => change({ description: event.currentTarget.value })}
        />
        <Divider label={t('Attributes')} labelPosition="left" />
        {(category.attributes ?? []).map((spec) => (
          <AttributeForm key={spec.id} category={id} spec={spec} take={take} />
        ))}
        {mayChange && (
          <>
            <Button
              variant="default"
              leftSection={<IconPlus size={15} />}
              style={{ alignSelf: 'flex-start' }}
              onClick={() => take({ kind: 'add attribute', id })}
            >
              {t('Add an attribute')}
            </Button>
            <Divider />
            <Removal category={category} categories={categories} count={count} take={take} />
          </>
        )}
      </Stack>
    </fieldset>
  );
}

function Removal({ category, categories, count, take }: Pick<Props, 'category' | 'categories' | 'count' | 'take'>) {
  const others = categories.filter(({ id }) => id !== category.id);
  return (
    <Group justify="space-between">
      <Text size="sm" c="dimmed">
        {counted(count, 'annotation')} · id <span className="lw-mono">{category.id}</span>
      </Text>
      <Group gap="xs">
        <Menu disabled={others.length === 0}>
          <Menu.Target>
            <Button variant="default" size="xs" leftSection={<IconArrowMerge size={15} />} disabled={!others.length}>
              {t('Merge into…')}
            </Button>
          </Menu.Target>
          <Menu.Dropdown mah={320} style={{ overflowY: 'auto' }}>
            {others.map((other) => (
              <Menu.Item key={other.id} onClick={() => take({ kind: 'merge', id: category.id, into: other.id })}>
                {other.name}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
        <Button
          variant="subtle"
          color="red"
          size="xs"
          leftSection={<IconTrash size={15} />}
          onClick={() => take({ kind: 'remove', id: category.id })}
        >
          {t('Delete')}
        </Button>
      </Group>
    </Group>
  );
}
