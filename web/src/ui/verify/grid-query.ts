/** What a grid shows and how, kept in the address, so that it can be shared and reloaded. */
import { useMemo } from 'react';
import { useSearchParams } from 'react-router';

import type { Role } from '../../wire';
import { atLeast } from '../words';
import type { Sort, Source } from './wire';

export interface GridQuery {
  source: Source;
  sort: Sort;
  category: string | null;
  kind: string | null;
  model: string | null;
  minimum_score: string | null;
}

export const SORTS: Sort[] = ['suspicion', 'similarity', 'smallest', 'largest', 'score', 'random'];

export function useGridQuery(role: Role): { query: GridQuery; set: (changes: Partial<GridQuery>) => void } {
  const [search, setSearch] = useSearchParams();
  const text = search.toString();
  const query = useMemo((): GridQuery => {
    const given = new URLSearchParams(text);
    const mayReview = atLeast(role, 'reviewer');
    const sort = given.get('sort') as Sort | null;
    const asked = given.get('source');
    return {
      source: mayReview && asked !== 'predictions' ? 'review' : 'predictions',
      sort: sort && SORTS.includes(sort) ? sort : 'suspicion',
      category: given.get('category'),
      kind: given.get('kind'),
      model: given.get('model'),
      minimum_score: given.get('minimum_score'),
    };
  }, [text, role]);
  const set = (changes: Partial<GridQuery>) =>
    setSearch(
      (before) => {
        const after = new URLSearchParams(before);
        for (const [name, value] of Object.entries(changes)) {
          if (value) after.set(name, value);
          else after.delete(name);
        }
        return after;
      },
      { replace: true },
    );
  return { query, set };
}
