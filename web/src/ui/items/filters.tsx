/** What to show of a project's items; kept in the address, so that it can be shared. */
import { Checkbox, Group, SegmentedControl, Select, TextInput, VisuallyHidden } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconLayoutGrid, IconList, IconSearch } from '@tabler/icons-react';
import { useState } from 'react';
import { useSearchParams } from 'react-router';

import { t } from '../../language/language';
import type { ItemFilter } from '../../queries';
import type { Category } from '../../wire';
import { STATE_WORDS, STATES } from '../words';

export type Look = 'grid' | 'table';

export function useFilter() {
  const [search, setSearch] = useSearchParams();
  const filter: ItemFilter = {
    state: search.get('state') ?? '',
    search: search.get('search') ?? '',
    category: search.get('category') ?? '',
    near_duplicates: search.has('near_duplicates'),
  };
  const look: Look = search.get('look') === 'table' ? 'table' : 'grid';
  const set = (name: string, value: string | null) =>
    setSearch(
      (before) => {
        const after = new URLSearchParams(before);
        if (value) after.set(name, value);
        else after.delete(name);
        return after;
      },
      { replace: true },
    );
  const isFiltered = Boolean(filter.state || filter.search || filter.category || filter.near_duplicates);
  const clear = () => setSearch(look === 'table' ? { look } : {}, { replace: true });
  return { filter, look, set, isFiltered, clear };
}

interface Props {
  filter: ItemFilter;
  look: Look;
  set: (name: string, value: string | null) => void;
  categories: Category[];
}

export function Filters({ filter, look, set, categories }: Props) {
  const [text, setText] = useState(filter.search);
  const search = useDebouncedCallback((value: string) => set('search', value.trim() || null), 250);
  return (
    <Group gap="sm" mb="md">
      <TextInput
        w={240}
        aria-label={t('Search by name or client id')}
        placeholder={t('Name or client id')}
        leftSection={<IconSearch size={15} />}
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value);
          search(event.currentTarget.value);
        }}
      />
      <Select
        w={150}
        aria-label={t('State')}
        placeholder={t('Any state')}
        clearable
        data={STATES.map((value) => ({ value, label: STATE_WORDS[value] }))}
        value={filter.state || null}
        onChange={(value) => set('state', value)}
      />
      <Select
        w={190}
        aria-label={t('Category')}
        placeholder={t('Any category')}
        clearable
        searchable={categories.length > 8}
        data={categories.map(({ id, name }) => ({ value: id, label: name }))}
        value={filter.category || null}
        onChange={(value) => set('category', value)}
      />
      <Checkbox
        label={t('Near duplicates only')}
        checked={filter.near_duplicates}
        onChange={(event) => set('near_duplicates', event.currentTarget.checked ? '1' : null)}
      />
      <SegmentedControl
        ml="auto"
        aria-label={t('How to show the items')}
        value={look}
        onChange={(value) => set('look', value === 'table' ? 'table' : null)}
        data={[
          { value: 'grid', label: <LookIcon icon={<IconLayoutGrid size={16} />} word={t('Grid')} /> },
          { value: 'table', label: <LookIcon icon={<IconList size={16} />} word={t('Table')} /> },
        ]}
      />
    </Group>
  );
}

function LookIcon({ icon, word }: { icon: React.ReactNode; word: string }) {
  return (
    <span style={{ display: 'grid', placeItems: 'center', height: 20 }} title={word}>
      {icon}
      <VisuallyHidden>{word}</VisuallyHidden>
    </span>
  );
}
