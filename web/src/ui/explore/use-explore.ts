/** What the dataset page looks at: kept in the address, read from the server in parts around what is in sight. */
import { keepPreviousData, useQueries, useQuery } from '@tanstack/react-query';
import { useCallback, useMemo } from 'react';
import { useSearchParams } from 'react-router';

import { api } from '../../api';
import { client } from '../../queries';
import { readFilter, writeFilter } from './filter';
import type { ExploreItem, ExplorePage, Facet, ItemFilter, ItemOutlines, Order, View } from './wire';

export const PART = 100;
export type Look = 'grid' | 'table';

export function useAddress() {
  const [search, setSearch] = useSearchParams();
  const text = search.get('filter') ?? '';
  const filter = useMemo(() => readFilter(text), [text]);
  const by = search.get('sort') ?? 'position';
  const category = search.get('sort_category');
  const descending = search.has('descending');
  const order = useMemo<Order>(
    () => ({ by, descending, ...(by === 'category' ? { category } : {}) }),
    [by, descending, category],
  );
  const set = useCallback(
    (values: Record<string, string | null>, replace = false) =>
      setSearch(
        (before) => {
          const after = new URLSearchParams(before);
          for (const [name, value] of Object.entries(values)) {
            if (value) after.set(name, value);
            else after.delete(name);
          }
          return after;
        },
        { replace },
      ),
    [setSearch],
  );
  const setFilter = useCallback(
    (next: ItemFilter, replace = false) => set({ filter: writeFilter(next) }, replace),
    [set],
  );
  const setOrder = useCallback(
    (next: Order) =>
      set({
        sort: next.by === 'position' ? null : next.by,
        descending: next.descending ? '1' : null,
        sort_category: next.by === 'category' ? (next.category ?? null) : null,
      }),
    [set],
  );
  const look: Look = search.get('look') === 'table' ? 'table' : 'grid';
  return { filter, order, look, open: search.get('item'), set, setFilter, setOrder };
}

function part(project: string, filter: string, order: Order, index: number) {
  return {
    queryKey: ['project', project, 'items', 'explore', filter, order, index],
    staleTime: 60_000,
    queryFn: ({ signal }: { signal: AbortSignal }) =>
      api.get<ExplorePage>(
        `/projects/${project}/explore`,
        {
          filter,
          sort: order.by,
          sort_category: order.category,
          descending: order.descending || null,
          offset: index * PART || null,
          limit: PART,
        },
        signal,
      ),
  };
}

/** The items of which some are in sight: from the first to the last place. */
export function useItemsInSight(project: string, filter: ItemFilter, order: Order, first: number, last: number) {
  const text = writeFilter(filter);
  const from = Math.floor(first / PART);
  const to = Math.max(from, Math.floor(last / PART));
  const wanted = [...new Set([0, ...Array.from({ length: to - from + 1 }, (_, n) => from + n)])];
  const answers = useQueries({ queries: wanted.map((index) => part(project, text, order, index)) });
  const parts = new Map(wanted.map((index, n) => [index, answers[n]?.data?.items]));
  const start = answers[0];
  const at = (index: number): ExploreItem | undefined => parts.get(Math.floor(index / PART))?.[index % PART];
  /** All items between two places, also those that nobody has seen yet. */
  const between = async (a: number, b: number): Promise<ExploreItem[]> => {
    const [low, high] = [Math.min(a, b), Math.max(a, b)];
    const found: ExploreItem[] = [];
    for (let index = Math.floor(low / PART); index <= Math.floor(high / PART); index += 1) {
      const page = await client.ensureQueryData(part(project, text, order, index));
      found.push(...page.items.filter((_, n) => index * PART + n >= low && index * PART + n <= high));
    }
    return found;
  };
  return {
    at,
    between,
    parts: wanted.filter((index) => index >= from && index <= to).flatMap((index) => [parts.get(index) ?? []]),
    total: start?.data?.total ?? undefined,
    error: start?.error ?? null,
    isPending: start?.isPending ?? true,
    isFetching: start?.isFetching ?? false,
    refetch: () => void start?.refetch(),
  };
}

export function useFacets(project: string, filter: ItemFilter, names: string, enabled: boolean) {
  const text = writeFilter(filter);
  return useQuery({
    queryKey: ['project', project, 'items', 'facets', text, names],
    enabled,
    staleTime: 30_000,
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      const path = `/projects/${project}/explore/facets`;
      return (await api.get<{ facets: Facet[] }>(path, { of: names, filter: text }, signal)).facets;
    },
  });
}

/** The outlines of the parts of the list that are in sight, by item; each part is asked for once. */
export function useOutlines(project: string, parts: readonly ExploreItem[][], enabled: boolean) {
  const asked = enabled ? parts.map(idsWithAnnotations).filter((ids) => ids.length > 0) : [];
  const answers = useQueries({
    queries: asked.map((ids) => ({
      queryKey: ['project', project, 'items', 'outlines', ids.join()],
      staleTime: 60_000,
      queryFn: async ({ signal }: { signal: AbortSignal }) => {
        const query = { items: ids.join(), most: 60 };
        return (await api.get<{ items: ItemOutlines[] }>(`/projects/${project}/explore/outlines`, query, signal)).items;
      },
    })),
  });
  return new Map(answers.flatMap((answer) => answer.data ?? []).map((one) => [one.item, one.outlines]));
}

const idsWithAnnotations = (part: readonly ExploreItem[]) =>
  part.filter(({ annotations }) => annotations > 0).map(({ id }) => id);

export function useViews(project: string) {
  return useQuery({
    queryKey: ['project', project, 'views'],
    queryFn: async ({ signal }) =>
      (await api.get<{ items: View[] }>(`/projects/${project}/views`, undefined, signal)).items,
  });
}
