/** The filter that is in force, as chips: each can be taken away, a category also be turned round. */
import { Button, CloseButton, Group, Paper, Text, UnstyledButton } from '@mantine/core';

import { t } from '../../language/language';
import type { Category } from '../../wire';
import { invertCategory, LIST_FIELDS, RANGE_FIELDS, toggleCategory, toggleValue, writeFilter } from './filter';
import type { Between, ItemFilter } from './wire';
import { facetWord, numberWord, valueWord } from './words';

interface Props {
  filter: ItemFilter;
  names: ReadonlyMap<string, string>;
  categories: ReadonlyMap<string, Category>;
  onFilter: (filter: ItemFilter) => void;
}

export function Chips({ filter, names, categories, onFilter }: Props) {
  if (!writeFilter(filter)) return null;
  const without = (field: keyof ItemFilter) => onFilter({ ...filter, [field]: undefined });
  return (
    <Group gap={6} data-testid="chips">
      {filter.text && <Chip word={`“${filter.text}”`} onRemove={() => without('text')} />}
      {(filter.categories ?? []).map((rule) => (
        <Chip
          key={rule.category}
          word={`${rule.has === false ? `${t('without')} ` : ''}${valueWord('categories', rule.category, categories)}${rule.count ? ` ${range('annotations', rule.count)}` : ''}`}
          hint={t('Click to turn it round')}
          onTurn={() => onFilter(invertCategory(filter, rule.category))}
          onRemove={() => onFilter(toggleCategory(filter, rule.category))}
        />
      ))}
      {(filter.attributes ?? []).map((rule) => {
        const spec = categories.get(rule.category)?.attributes?.find(({ id }) => id === rule.attribute);
        const values = (rule.values ?? []).map((one) => spec?.options?.find(({ id }) => id === one)?.name ?? yesNo(one));
        return (
          <Chip
            key={`${rule.category}/${rule.attribute}`}
            word={`${spec?.name ?? rule.attribute}: ${values.join(', ')}${rule.range ? range('', rule.range) : ''}`}
            onRemove={() => onFilter({ ...filter, attributes: filter.attributes?.filter((one) => one !== rule) ?? [] })}
          />
        );
      })}
      {LIST_FIELDS.flatMap((field) =>
        (filter[field] ?? []).map((value) => (
          <Chip
            key={`${field}/${value}`}
            word={`${facetWord(field)}: ${names.get(value) ?? valueWord(field, value, categories)}`}
            onRemove={() => onFilter(toggleValue(filter, field, value))}
          />
        )),
      )}
      {(filter.without_tags ?? []).map((tag) => (
        <Chip key={tag} word={`${t('without')} ${tag}`} onRemove={() => onFilter(toggleValue(filter, 'without_tags', tag))} />
      ))}
      {RANGE_FIELDS.filter((field) => filter[field]).map((field) => (
        <Chip key={field} word={`${facetWord(field)}: ${range(field, filter[field] ?? {})}`} onRemove={() => without(field)} />
      ))}
      {filter.near_duplicates !== undefined && (
        <Chip word={valueWord('near_duplicates', String(filter.near_duplicates), categories)} onRemove={() => without('near_duplicates')} />
      )}
      {(['stages', 'assigned', 'created', 'updated'] as const).filter((field) => filter[field]).map((field) => (
        <Chip key={field} word={`${field}: ${JSON.stringify(filter[field])}`} onRemove={() => without(field)} />
      ))}
      <Button size="compact-xs" variant="subtle" onClick={() => onFilter({})}>
        {t('Clear all filters')}
      </Button>
    </Group>
  );
}

const yesNo = (value: string | boolean) => (typeof value === 'boolean' ? (value ? t('yes') : t('no')) : value);

function range(field: string, { min, max }: Between): string {
  if (min !== undefined && min === max) return numberWord(field, min);
  return `${min === undefined ? '' : numberWord(field, min)} – ${max === undefined ? '' : numberWord(field, max)}`;
}

function Chip({ word, hint, onTurn, onRemove }: { word: string; hint?: string; onTurn?: () => void; onRemove: () => void }) {
  const text = (
    <Text size="xs" maw={280} className="lw-clip" title={word}>
      {word}
    </Text>
  );
  return (
    <Paper withBorder radius="xl" pl={10} pr={2} py={1} component={Group} gap={2} wrap="nowrap" data-chip={word}>
      {onTurn ? <UnstyledButton onClick={onTurn} title={hint}>{text}</UnstyledButton> : text}
      <CloseButton size="xs" radius="xl" aria-label={t('Take away {{filter}}', { filter: word })} onClick={onRemove} />
    </Paper>
  );
}
