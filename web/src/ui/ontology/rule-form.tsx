/** One label rule as a form: what it is about, what it asks for, when, and how severe it is. */
import { Button, Group, MultiSelect, NumberInput, Paper, SegmentedControl, Select, Stack, Text, TextInput } from '@mantine/core';

import { phrase, spoken, t } from '../../language/language';
import { othersOf } from '../../model/rules';
import type { AttributeSpec, AttributeValue, Rule, Severity } from '../../wire';
import { answerWords, type Around, type Field, FIELDS, KIND_WORDS } from './rule-edit';

interface Props {
  rule: Rule;
  around: Around;
  onChange: (rule: Rule) => void;
  onClose: () => void;
}

/** The rule's own fields by name; which there are depends on its kind. */
type Loose = Rule & { [field: string]: unknown };

const NUMBERS: Partial<Record<Field, { label: string; scale?: number; step?: number; whole?: boolean }>> = {
  width: { label: phrase('Width, px') },
  height: { label: phrase('Height, px') },
  area: { label: phrase('Area, px²') },
  length: { label: phrase('Length of lines, px') },
  within: { label: phrase('Within, px') },
  above: { label: phrase('Overlap allowed, %'), scale: 100 },
  share: { label: phrase('Share inside, %'), scale: 100 },
  at_least: { label: phrase('At least'), whole: true },
  at_most: { label: phrase('At most'), whole: true },
  points: { label: phrase('Points'), whole: true },
};

const OTHERS_WORDS = spoken<string>({
  must_touch: phrase('What it has to touch'),
  must_not_overlap: phrase('What it must not overlap'),
  inside: phrase('What it lies in'),
  count_inside: phrase('Inside each'),
  requires: phrase('What has to be there too'),
  related: phrase('To what'),
});

export function RuleForm({ rule, around, onChange, onClose }: Props) {
  const loose = rule as Loose;
  const set = (fields: object) => onChange({ ...rule, ...fields } as Rule);
  const all = around.categories.map(({ id, name }) => ({ value: id, label: name }));
  return (
    <Paper p="md" bg="var(--lw-sunken)" data-testid="rule-form">
      <Stack gap="sm">
        <Group justify="space-between" wrap="nowrap">
          <Text fw={600}>{KIND_WORDS[rule.kind]}</Text>
          <SegmentedControl
            aria-label={t('How severe')}
            value={rule.severity ?? 'error'}
            onChange={(severity) => set({ severity: severity as Severity })}
            data={[
              { value: 'error', label: t('Error') },
              { value: 'warning', label: t('Warning') },
            ]}
          />
        </Group>
        <Group align="flex-end" gap="sm">
          <MultiSelect
            flex="1 1 220px"
            label={t('Categories')}
            data={all}
            value={rule.categories}
            onChange={(categories) => set({ categories })}
            searchable
          />
          {FIELDS[rule.kind].map((field) => (
            <FieldInput key={field} field={field} rule={loose} around={around} categories={all} set={set} />
          ))}
        </Group>
        <When rule={rule} around={around} set={set} />
        <TextInput
          label={t('Message')}
          description={t('Said before the facts when the rule is broken')}
          value={rule.message ?? ''}
          onChange={(event) => set({ message: event.currentTarget.value })}
        />
        <Group justify="space-between">
          <Text size="xs" c="dimmed">
            {(rule.severity ?? 'error') === 'error'
              ? t('Work that breaks it cannot be handed in.')
              : t('Work that breaks it may be handed in; it is told.')}
          </Text>
          <Button variant="default" size="xs" onClick={onClose}>
            {t('Close')}
          </Button>
        </Group>
      </Stack>
    </Paper>
  );
}

interface FieldProps {
  field: Field;
  rule: Loose;
  around: Around;
  categories: { value: string; label: string }[];
  set: (fields: object) => void;
}

function FieldInput({ field, rule, around, categories, set }: FieldProps) {
  if (field === 'others') {
    if (rule.kind === 'inside' && rule.image) return null;
    return (
      <MultiSelect
        flex="1 1 200px"
        label={OTHERS_WORDS[rule.kind]}
        data={categories}
        value={[...othersOf(rule)]}
        onChange={(others) => set({ others })}
        searchable
      />
    );
  }
  if (field === 'where') {
    return (
      <Select
        w={170}
        label={t('Inside')}
        allowDeselect={false}
        data={[
          { value: 'image', label: t('The image') },
          { value: 'others', label: t('Another category') },
        ]}
        value={rule.image ? 'image' : 'others'}
        onChange={(value) => set(value === 'image' ? { image: true, others: [] } : { image: false })}
      />
    );
  }
  if (field === 'of') {
    return (
      <Select
        w={190}
        label={t('Measured against')}
        allowDeselect={false}
        data={[
          { value: 'smaller', label: t('The smaller of both') },
          { value: 'union', label: t('Both together (IoU)') },
        ]}
        value={(rule.of as string | undefined) ?? 'smaller'}
        onChange={(of) => set({ of })}
      />
    );
  }
  if (field === 'attribute' || field === 'relation') {
    const specs = around.categories.find(({ id }) => id === rule.categories[0])?.attributes ?? [];
    const data = (field === 'attribute' ? specs : around.relations).map(({ id, name }) => ({ value: id, label: name }));
    return (
      <Select
        w={200}
        label={field === 'attribute' ? t('Attribute') : t('Relation')}
        data={data}
        value={(rule[field] as string) || null}
        onChange={(value) => set({ [field]: value ?? '' })}
      />
    );
  }
  const { label, scale = 1, whole = false } = NUMBERS[field]!;
  const given = rule[field] ?? usual(field);
  return (
    <NumberInput
      w={150}
      label={t(label)}
      min={0}
      max={scale === 100 ? 100 : undefined}
      allowDecimal={!whole}
      value={typeof given === 'number' ? Math.round(given * scale * 1e6) / 1e6 : ''}
      onChange={(value) => set({ [field]: typeof value === 'number' ? value / scale : null })}
    />
  );
}

/** What holds where nothing is said. */
const usual = (field: Field): number | null => ({ within: 1, above: 0, share: 1 })[field as 'within'] ?? null;

function When({ rule, around, set }: { rule: Rule; around: Around; set: (fields: object) => void }) {
  const specs = (around.categories.find(({ id }) => id === rule.categories[0])?.attributes ?? []).filter(
    ({ kind }) => kind !== 'text' && kind !== 'number',
  );
  const when = rule.when ?? {};
  if (specs.length === 0) return null;
  const change = (spec: AttributeSpec, values: string[]) => {
    const { [spec.id]: _, ...rest } = when;
    const answers: AttributeValue[] = spec.kind === 'flag' ? values.map((value) => value === 'true') : values;
    const value = answers.length === 1 ? answers[0]! : (answers as string[]);
    // Yes or no: whoever wants both wants no condition.
    const isAny = answers.length === 0 || (spec.kind === 'flag' && answers.length > 1);
    set({ when: isAny ? rest : { ...rest, [spec.id]: value } });
  };
  return (
    <Group align="flex-end" gap="sm">
      {specs.map((spec) => {
        const value = when[spec.id];
        const chosen = value === undefined ? [] : (Array.isArray(value) ? value : [value]).map(String);
        const options = spec.kind === 'flag' ? [{ id: 'true', name: answerWords(true) }, { id: 'false', name: answerWords(false) }] : (spec.options ?? []);
        return (
          <MultiSelect
            key={spec.id}
            flex="1 1 180px"
            label={t('Only where “{{name}}” is', { name: spec.name })}
            placeholder={chosen.length > 0 ? undefined : t('Anything')}
            data={options.map(({ id, name }) => ({ value: id, label: name }))}
            value={chosen}
            onChange={(values) => change(spec, values)}
          />
        );
      })}
    </Group>
  );
}
