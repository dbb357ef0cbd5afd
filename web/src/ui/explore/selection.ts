/** Which items are chosen: some by their ids, or all that fit the filter but some. */
import { useCallback, useMemo, useState } from 'react';

import type { ItemFilter, Selection } from './wire';

export interface Chosen {
  everything: boolean;
  ids: ReadonlySet<string>;
}

const NOTHING: Chosen = { everything: false, ids: new Set() };

export function isChosen(chosen: Chosen, id: string): boolean {
  return chosen.everything !== chosen.ids.has(id);
}

export function countChosen(chosen: Chosen, total: number): number {
  return chosen.everything ? Math.max(0, total - chosen.ids.size) : chosen.ids.size;
}

/** As the server takes it. */
export function toSelection(chosen: Chosen, filter: ItemFilter): Selection {
  const ids = [...chosen.ids];
  return chosen.everything ? { filter, without: ids } : { items: ids };
}

export function useSelection() {
  const [chosen, setChosen] = useState<Chosen>(NOTHING);
  const toggle = useCallback(
    (id: string) =>
      setChosen((before) => {
        const ids = new Set(before.ids);
        if (!ids.delete(id)) ids.add(id);
        return { ...before, ids };
      }),
    [],
  );
  const add = useCallback(
    (more: readonly string[]) =>
      setChosen((before) => {
        const ids = new Set(before.ids);
        for (const id of more) {
          if (before.everything) ids.delete(id);
          else ids.add(id);
        }
        return { ...before, ids };
      }),
    [],
  );
  const all = useCallback(() => setChosen({ everything: true, ids: new Set() }), []);
  const none = useCallback(() => setChosen(NOTHING), []);
  return useMemo(() => ({ chosen, toggle, add, all, none }), [chosen, toggle, add, all, none]);
}
