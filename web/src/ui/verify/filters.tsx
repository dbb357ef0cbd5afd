/** What the grid shows, in which order, and how large. */
import { Group, NumberInput, SegmentedControl, Select, Slider, Text } from '@mantine/core';
import { IconPhoto } from '@tabler/icons-react';

import { phrase, t } from '../../language/language';
import type { Category, Project } from '../../wire';
import { atLeast, number, SHAPE_WORDS } from '../words';
import { type GridQuery, SORTS } from './grid-query';
import type { GridSession } from './session';
import type { Sort, Source } from './wire';
import classes from './verify.module.css';

const SORT_WORDS: Record<Sort, string> = {
  suspicion: phrase('Most suspect first'),
  similarity: phrase('Like with like'),
  smallest: phrase('Smallest first'),
  largest: phrase('Largest first'),
  score: phrase('Lowest score first'),
  random: phrase('In random order'),
};

export const SIDES = { least: 96, most: 320, usual: 152, step: 8 } as const;

interface Props {
  project: Project;
  query: GridQuery;
  set: (changes: Partial<GridQuery>) => void;
  session: GridSession;
  categories: Category[];
  side: number;
  onSide: (side: number) => void;
}

export function Filters({ project, query, set, session, categories, side, onSide }: Props) {
  const { facets } = session;
  const counts = facets.categories;
  const models = [...new Set([...Object.keys(facets.models), ...(query.model ? [query.model] : [])])];
  const kinds = [...new Set([...Object.keys(facets.kinds), ...(query.kind ? [query.kind] : [])])];
  const isPredicted = query.source === 'predictions';
  return (
    <div className={classes.filters}>
      {atLeast(project.role, 'reviewer') && (
        <SegmentedControl
          size="xs"
          aria-label={t('What to verify')}
          value={query.source}
          onChange={(value) => set({ source: value as Source, model: null, minimum_score: null, category: null, kind: null })}
          data={[
            { value: 'review', label: t('Under review') },
            { value: 'predictions', label: t('Predictions') },
          ]}
        />
      )}
      <Select
        size="xs"
        w={210}
        aria-label={t('Category')}
        placeholder={t('Every category')}
        clearable
        searchable={categories.length > 8}
        maxDropdownHeight={420}
        data={categories.map(({ id, name }) => ({ value: id, label: counts[id] ? `${name} (${number(counts[id])})` : name }))}
        value={query.category}
        onChange={(value) => set({ category: value })}
        data-testid="filter-category"
      />
      {(models.length > 1 || query.model !== null) && (
        <Select
          size="xs"
          w={200}
          aria-label={t('Model')}
          placeholder={t('Every model')}
          clearable
          data={models}
          value={query.model}
          onChange={(value) => set({ model: value })}
        />
      )}
      {kinds.length > 1 && (
        <Select
          size="xs"
          w={140}
          aria-label={t('Kind of shape')}
          placeholder={t('Every kind')}
          clearable
          data={kinds.map((kind) => ({ value: kind, label: SHAPE_WORDS[kind] ?? kind }))}
          value={query.kind}
          onChange={(value) => set({ kind: value })}
        />
      )}
      {isPredicted && (
        <NumberInput
          size="xs"
          w={140}
          aria-label={t('Lowest score in percent')}
          placeholder={t('Any score')}
          prefix="≥ "
          suffix=" %"
          min={0}
          max={100}
          step={5}
          value={query.minimum_score === null ? '' : Math.round(Number(query.minimum_score) * 100)}
          onChange={(value) => set({ minimum_score: value === '' ? null : String(Number(value) / 100) })}
        />
      )}
      <Select
        size="xs"
        w={180}
        aria-label={t('Order')}
        allowDeselect={false}
        data={SORTS.map((value) => ({ value, label: t(SORT_WORDS[value]) }))}
        value={query.sort}
        onChange={(value) => set({ sort: value as Sort })}
        data-testid="filter-sort"
      />
      {query.sort === 'similarity' && session.total > 0 && session.looked < session.total && (
        <Text size="xs" c="dimmed">
          {t('{{looked}} of {{total}} compared so far; the rest comes last.', { looked: session.looked, total: session.total })}
        </Text>
      )}
      <Group gap={8} wrap="nowrap" ml="auto">
        <IconPhoto size={15} aria-hidden />
        <Slider
          w={110}
          size="sm"
          label={null}
          thumbLabel={t('Size of the crops')}
          min={SIDES.least}
          max={SIDES.most}
          step={SIDES.step}
          value={side}
          onChange={onSide}
        />
      </Group>
    </div>
  );
}
