/** What agreement is measured on: people or stages, of which items, on which days. */
import { Group, NativeSelect, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';

import { phrase, t } from '../../language/language';
import { api } from '../../api';
import type { components } from '../../model/api';
import { useProject } from '../project';
import type { AgreementView } from './wire';

export interface Slice {
  pair: string;
  tag: string;
  split: string;
  source: string;
  since: string;
  until: string;
}

export const WHOLE: Slice = { pair: 'people', tag: '', split: '', source: '', since: '', until: '' };

const PAIRS: Record<string, string> = {
  people: phrase('People who answered the same item'),
  'annotator-reviewer': phrase('Annotator and reviewer'),
  'annotator-adjudicator': phrase('Annotator and adjudicator'),
  'consensus-reviewer': phrase('Merged answer and reviewer'),
};

const ROLES: Record<string, string> = {
  annotator: phrase('Annotator'),
  reviewer: phrase('Reviewer'),
  adjudicator: phrase('Adjudicator'),
  consensus: phrase('Merged answer'),
};

/** The slice as the server is asked for it. */
export function asked({ pair, tag, split, source, since, until }: Slice): Record<string, string> {
  const filter = {
    ...(tag && { tags: [tag] }),
    ...(split && { splits: [split === 'none' ? '' : split] }),
    ...(source && { sources: [source] }),
  };
  return {
    pair,
    ...(Object.keys(filter).length > 0 && { filter: JSON.stringify(filter) }),
    ...(since && { since }),
    ...(until && { until }),
  };
}

/** Stages are called by their words where the people of a report are stages. */
export function named(view: AgreementView, { pair }: Slice): AgreementView {
  if (pair === 'people') return view;
  return { ...view, names: Object.fromEntries(Object.entries(ROLES).map(([id, word]) => [id, t(word)])) };
}

type Facets = components['schemas']['FacetsOut'];

export function SliceForm({ slice, onChange }: { slice: Slice; onChange: (slice: Slice) => void }) {
  const { project } = useProject();
  const { data } = useQuery({
    queryKey: ['project', project.id, 'facets', 'agreement'],
    queryFn: ({ signal }) => api.get<Facets>(`/projects/${project.id}/explore/facets`, { of: 'tags,splits,sources' }, signal),
  });
  const values = (name: string): string[] =>
    (data?.facets.find((facet) => facet.name === name)?.values ?? []).map(({ value }) => value).filter(Boolean);
  const tags = values('tags');
  const set = (changes: Partial<Slice>) => onChange({ ...slice, ...changes });
  return (
    <>
      <Group gap="sm" align="flex-end" data-testid="agreement-slice">
        <NativeSelect
          size="xs"
          label={t('Between')}
          value={slice.pair}
          data={Object.entries(PAIRS).map(([value, word]) => ({ value, label: t(word) }))}
          onChange={({ currentTarget }) => set({ pair: currentTarget.value })}
        />
        {tags.length > 0 && (
          <NativeSelect
            size="xs"
            label={t('Tag')}
            value={slice.tag}
            data={[{ value: '', label: t('All') }, ...tags.map((tag) => ({ value: tag, label: tag }))]}
            onChange={({ currentTarget }) => set({ tag: currentTarget.value })}
          />
        )}
        <NativeSelect
          size="xs"
          label={t('Split')}
          value={slice.split}
          data={[{ value: '', label: t('All') }, ...['train', 'val', 'test'].map((split) => ({ value: split, label: split })), { value: 'none', label: t('none') }]}
          onChange={({ currentTarget }) => set({ split: currentTarget.value })}
        />
        <NativeSelect
          size="xs"
          label={t('Source')}
          value={slice.source}
          data={[{ value: '', label: t('All') }, { value: 'stored', label: t('Stored here') }, { value: 'in_place', label: t('Read in place') }]}
          onChange={({ currentTarget }) => set({ source: currentTarget.value })}
        />
        <TextInput size="xs" type="date" label={t('From day')} value={slice.since} onChange={({ currentTarget }) => set({ since: currentTarget.value })} />
        <TextInput size="xs" type="date" label={t('To day')} value={slice.until} onChange={({ currentTarget }) => set({ until: currentTarget.value })} />
      </Group>
      {slice.pair !== 'people' && (
        <Text size="sm" c="dimmed">
          {t('A reviewer sees the work before judging it, so they agree with it more than people do who do not see one another.')}
        </Text>
      )}
    </>
  );
}
