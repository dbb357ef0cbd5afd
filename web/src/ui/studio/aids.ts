/** Which aids a person likes to see, kept in this browser; and the flow of a desk as they left it. */
import { useEffect } from 'react';

import type { Aids, Flow } from '../../editor/flow';

const PLACE = 'labelwright.aids';

/** Bring the aids as they were, and keep what changes. */
export function useAids(flow: Flow): void {
  useEffect(() => {
    try {
      const kept = JSON.parse(localStorage.getItem(PLACE) ?? '{}') as Partial<Aids>;
      for (const name of Object.keys(flow.aids) as (keyof Aids)[]) {
        if (typeof kept[name] === 'boolean' && kept[name] !== flow.aids[name]) flow.toggle(name);
      }
    } catch {
      // Something else was written there: the aids are as they are at first.
    }
    return flow.changed.subscribe(() => localStorage.setItem(PLACE, JSON.stringify(flow.aids)));
  }, [flow]);
}
