/** The facets beside the gallery: bars and histograms that filter when they are clicked, and let go again. */
import { Group, NumberInput, Skeleton, Stack, Text } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useEffect, useState } from 'react';

import { t } from '../../language/language';
import type { Category, Role } from '../../wire';
import { atLeast, number } from '../words';
import classes from './explore.module.css';
import { covers, type ListField, LIST_FIELDS, type RangeField, RANGE_FIELDS, toggleAttribute, toggleCategory, toggleRange, toggleValue } from './filter';
import { useFacets } from './use-explore';
import type { Between, Facet, FacetValue, ItemFilter } from './wire';
import { FACETS, numberWord, valueWord } from './words';

interface Props {
  project: string;
  role: Role;
  filter: ItemFilter;
  categories: ReadonlyMap<string, Category>;
  onFilter: (filter: ItemFilter) => void;
}

const OPEN_AT_FIRST = new Set(['states', 'categories', 'annotations', 'tags']);

export function FacetPanel(props: Props) {
  return (
    <aside className={classes.side} aria-label={t('Filters')} data-testid="facets">
      {FACETS.filter(({ needs }) => atLeast(props.role, needs)).map(({ name, word }) => (
        <Section key={name} name={name} word={t(word)} {...props} />
      ))}
    </aside>
  );
}

function Section({ name, word, project, filter, categories, onFilter }: Props & { name: string; word: string }) {
  const isActive = name in filter;
  const [isOpen, setOpen] = useState(OPEN_AT_FIRST.has(name) || isActive);
  const { data, error } = useFacets(project, filter, name, isOpen);
  const facet = data?.[0];
  return (
    <details className={classes.facet} open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)} data-facet={name}>
      <summary>
        {word}
        {facet?.sampled && (
          <Text span size="xs" c="dimmed" fw={400} title={t('Counted on an even sample of the items')}>
            {t('estimated')}
          </Text>
        )}
      </summary>
      {isOpen && error && (
        <Text size="xs" c="red" pb="xs">
          {t('This cannot be counted now.')}
        </Text>
      )}
      {isOpen && !facet && !error && <Skeleton height={48} mb="sm" />}
      {isOpen && facet && (isRange(name) ? (
        <Histogram facet={facet} range={filter[name]} onRange={(range, toggles) => onFilter(toggles ? toggleRange(filter, name, range) : { ...filter, [name]: range })} />
      ) : (
        <Values facet={facet} filter={filter} categories={categories} onFilter={onFilter} />
      ))}
    </details>
  );
}

const isRange = (name: string): name is RangeField => (RANGE_FIELDS as string[]).includes(name);
const isList = (name: string): name is ListField => (LIST_FIELDS as string[]).includes(name);

function Values({ facet, filter, categories, onFilter }: {
  facet: Facet;
  filter: ItemFilter;
  categories: ReadonlyMap<string, Category>;
  onFilter: (filter: ItemFilter) => void;
}) {
  const most = Math.max(1, ...facet.values.map(({ items }) => items));
  if (facet.values.length === 0) return <Text size="xs" c="dimmed" pb="xs">{t('Nothing here')}</Text>;
  return (
    <div className={classes.values}>
      {facet.values.map((one) => (
        <button
          key={`${one.group ?? ''}/${one.attribute ?? ''}/${one.value}`}
          type="button"
          className={classes.value}
          aria-pressed={isOn(facet.name, one, filter)}
          data-value={one.value}
          onClick={() => onFilter(clicked(facet.name, one, filter, categories))}
        >
          <span className={classes.bar} style={{ width: `${(one.items / most) * 100}%` }} aria-hidden />
          {facet.name === 'categories' && (
            <span className={classes.dot} style={{ background: categories.get(one.value)?.color }} aria-hidden />
          )}
          <span className="lw-clip" style={{ flex: 1 }}>
            {facet.name === 'attributes' ? attributeWord(one, categories) : valueWord(facet.name, one, categories)}
          </span>
          <span>{facet.sampled ? `≈ ${number(one.items)}` : number(one.items)}</span>
        </button>
      ))}
      {facet.more && <Text size="xs" c="dimmed">{t('Rarer ones are left out.')}</Text>}
    </div>
  );
}

function isOn(name: string, one: FacetValue, filter: ItemFilter): boolean {
  if (name === 'categories') return (filter.categories ?? []).some(({ category }) => category === one.value);
  if (name === 'near_duplicates') return filter.near_duplicates === (one.value === 'true');
  if (name === 'attributes') {
    return (filter.attributes ?? []).some(
      (rule) => rule.category === one.group && rule.attribute === one.attribute && rule.values?.some((value) => String(value) === one.value),
    );
  }
  return isList(name) && (filter[name] ?? []).includes(one.value);
}

function clicked(name: string, one: FacetValue, filter: ItemFilter, categories: ReadonlyMap<string, Category>): ItemFilter {
  if (name === 'categories') return toggleCategory(filter, one.value);
  if (name === 'near_duplicates') {
    const wanted = one.value === 'true';
    const { near_duplicates: before, ...rest } = filter;
    return before === wanted ? rest : { ...rest, near_duplicates: wanted };
  }
  if (name === 'attributes') {
    const kind = specOf(one, categories)?.kind;
    return toggleAttribute(filter, one.group ?? '', one.attribute ?? '', kind === 'flag' ? one.value === 'true' : one.value);
  }
  return isList(name) ? toggleValue(filter, name, one.value) : filter;
}

function specOf(one: FacetValue, categories: ReadonlyMap<string, Category>) {
  return categories.get(one.group ?? '')?.attributes?.find(({ id }) => id === one.attribute);
}

function attributeWord(one: FacetValue, categories: ReadonlyMap<string, Category>): string {
  const spec = specOf(one, categories);
  const flag = one.value === 'true' ? t('yes') : t('no');
  const value = spec?.kind === 'flag' ? flag : (spec?.options?.find(({ id }) => id === one.value)?.name ?? one.value);
  return `${categories.get(one.group ?? '')?.name ?? ''} · ${spec?.name ?? one.attribute ?? ''}: ${value}`;
}

function Histogram({ facet, range, onRange }: {
  facet: Facet;
  range: Between | undefined;
  onRange: (range: Between, toggles: boolean) => void;
}) {
  const most = Math.max(1, ...facet.bins.map(({ items }) => items));
  if (facet.bins.length === 0) return <Text size="xs" c="dimmed" pb="xs">{t('Nothing here')}</Text>;
  return (
    <Stack gap={4} pb="xs">
      <div className={classes.bins}>
        {facet.bins.map(({ min, max, items }) => {
          const words = `${numberWord(facet.name, min)} – ${numberWord(facet.name, max)}: ${number(items)}`;
          return (
            <button
              key={min}
              type="button"
              className={classes.bin}
              disabled={items === 0}
              aria-pressed={covers(range, { min, max })}
              aria-label={words}
              title={words}
              data-min={min}
              onClick={() => onRange({ min, max }, true)}
            >
              <i style={{ height: items ? `max(3px, ${(items / most) * 100}%)` : 0 }} />
            </button>
          );
        })}
      </div>
      <Ends range={range} onRange={(next) => onRange(next, false)} />
    </Stack>
  );
}

function Ends({ range, onRange }: { range: Between | undefined; onRange: (range: Between) => void }) {
  const [ends, setEnds] = useState<Between>(range ?? {});
  useEffect(() => setEnds(range ?? {}), [range]);
  const send = useDebouncedCallback(onRange, 400);
  const change = (name: keyof Between) => (value: number | string) => {
    const { [name]: _, ...rest } = ends;
    const next = typeof value === 'number' ? { ...rest, [name]: value } : rest;
    setEnds(next);
    send(next);
  };
  return (
    <Group gap={6} grow>
      <NumberInput size="xs" hideControls aria-label={t('At least')} placeholder={t('At least')} value={ends.min ?? ''} onChange={change('min')} />
      <NumberInput size="xs" hideControls aria-label={t('At most')} placeholder={t('At most')} value={ends.max ?? ''} onChange={change('max')} />
    </Group>
  );
}
