/** One attribute of a category: its kind, its options, whether it must be answered, its default. */
import {
  ActionIcon, Checkbox, Group, MultiSelect, NumberInput, Paper, Select, Stack, TagsInput, TextInput,
} from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';

import { t } from '../../language/language';
import type { AttributeKind, AttributeSpec } from '../../wire';
import { ATTRIBUTE_WORDS } from '../words';
import { optionsNamed, type Step } from './edit';

interface Props {
  category: string;
  spec: AttributeSpec;
  take: (step: Step) => void;
}

export function AttributeForm({ category, spec, take }: Props) {
  const change = (fields: Partial<AttributeSpec>) =>
    take({ kind: 'change attribute', id: category, attribute: spec.id, fields });
  const hasOptions = spec.kind === 'choice' || spec.kind === 'choices';
  return (
    <Paper p="sm" bg="var(--lw-sunken)">
      <Stack gap="sm">
        <Group align="flex-end" wrap="nowrap" gap="sm">
          <TextInput
            flex={1}
            label={t('Attribute')}
            placeholder={t('Stage, occluded, count…')}
            value={spec.name}
            onChange={(event) => change({ name: event.currentTarget.value })}
          />
          <Select
            w={170}
            label={t('Kind')}
            allowDeselect={false}
            data={Object.entries(ATTRIBUTE_WORDS).map(([value, label]) => ({ value, label }))}
            value={spec.kind}
            onChange={(kind) => change({ kind: kind as AttributeKind })}
          />
          <ActionIcon
            variant="subtle"
            color="red"
            size="lg"
            aria-label={t('Delete the attribute {{name}}', { name: spec.name })}
            onClick={() => take({ kind: 'remove attribute', id: category, attribute: spec.id })}
          >
            <IconTrash size={16} />
          </ActionIcon>
        </Group>
        {hasOptions && (
          <TagsInput
            label={t('Options')}
            placeholder={t('Type one and press Enter')}
            splitChars={[',', ';', '\n']}
            value={(spec.options ?? []).map(({ name }) => name)}
            onChange={(names) => change({ options: optionsNamed(names, spec.options ?? []) })}
          />
        )}
        <Group align="flex-end" gap="sm">
          {spec.kind === 'number' && <Range spec={spec} change={change} />}
          <Default spec={spec} change={change} />
          <Checkbox
            pb={8}
            label={t('Required')}
            checked={spec.required ?? false}
            onChange={(event) => change({ required: event.currentTarget.checked })}
          />
        </Group>
      </Stack>
    </Paper>
  );
}

interface PartProps {
  spec: AttributeSpec;
  change: (fields: Partial<AttributeSpec>) => void;
}

function numeric(value: number | string): number | null {
  return typeof value === 'number' ? value : null;
}

function Range({ spec, change }: PartProps) {
  return (
    <>
      <NumberInput
        w={110}
        label={t('At least')}
        value={spec.minimum ?? ''}
        onChange={(value) => change({ minimum: numeric(value) })}
      />
      <NumberInput
        w={110}
        label={t('At most')}
        value={spec.maximum ?? ''}
        onChange={(value) => change({ maximum: numeric(value) })}
      />
    </>
  );
}

function Default({ spec, change }: PartProps) {
  const options = (spec.options ?? []).map(({ id, name }) => ({ value: id, label: name }));
  switch (spec.kind) {
    case 'choice':
      return (
        <Select
          label={t('Default')}
          placeholder={t('None')}
          clearable
          data={options}
          value={typeof spec.default === 'string' ? spec.default : null}
          onChange={(value) => change({ default: value })}
        />
      );
    case 'choices':
      return (
        <MultiSelect
          label={t('Default')}
          placeholder={t('None')}
          data={options}
          value={Array.isArray(spec.default) ? spec.default : []}
          onChange={(value) => change({ default: value })}
        />
      );
    case 'text':
      return (
        <TextInput
          label={t('Default')}
          value={typeof spec.default === 'string' ? spec.default : ''}
          onChange={(event) => change({ default: event.currentTarget.value })}
        />
      );
    case 'number':
      return (
        <NumberInput
          w={110}
          label={t('Default')}
          value={typeof spec.default === 'number' ? spec.default : ''}
          onChange={(value) => change({ default: numeric(value) })}
        />
      );
    case 'flag':
      return (
        <Select
          w={120}
          label={t('Default')}
          placeholder={t('None')}
          clearable
          data={[
            { value: 'yes', label: t('Yes') },
            { value: 'no', label: t('No') },
          ]}
          value={spec.default === true ? 'yes' : spec.default === false ? 'no' : null}
          onChange={(value) => change({ default: value === null ? null : value === 'yes' })}
        />
      );
  }
}
