/** What a person likes to see and how, carried from item to item: aids, the order of the list, the score. */
import { useEffect } from 'react';

import type { Aids, Flow } from '../../editor/flow';
import { type Sort, SORTS } from '../../editor/listing';

/** The aids stay in this browser; the order and the score for as long as the tab is open. */
const AIDS = 'labelwright.aids';
const HABITS = 'labelwright.habits';

interface Habits {
  sort: Sort;
  reversed: boolean;
  least: number;
}

/** Bring the aids and habits as they were, and keep what changes. */
export function useAids(flow: Flow): void {
  useEffect(() => {
    const { listing, proposals } = flow;
    const aids = read<Aids>(localStorage, AIDS);
    for (const name of Object.keys(flow.aids) as (keyof Aids)[]) {
      if (typeof aids[name] === 'boolean' && aids[name] !== flow.aids[name]) flow.toggle(name);
    }
    const { sort, reversed, least } = read<Habits>(sessionStorage, HABITS);
    if (sort && SORTS.includes(sort)) listing.ask({ sort, reversed: reversed === true });
    if (typeof least === 'number' && least >= 0 && least <= 1) proposals.setLeast(least);
    const keepHabits = () => {
      const habits: Habits = { sort: listing.query.sort, reversed: listing.query.reversed, least: proposals.least };
      sessionStorage.setItem(HABITS, JSON.stringify(habits));
    };
    const stops = [
      flow.changed.subscribe(() => localStorage.setItem(AIDS, JSON.stringify(flow.aids))),
      listing.changed.subscribe(keepHabits),
      proposals.changed.subscribe(keepHabits),
    ];
    return () => stops.forEach((stop) => stop());
  }, [flow]);
}

function read<Kept>(store: Storage, place: string): Partial<Kept> {
  try {
    const kept: unknown = JSON.parse(store.getItem(place) ?? '{}');
    return typeof kept === 'object' && kept !== null ? (kept as Partial<Kept>) : {};
  } catch {
    return {}; // something else was written there: everything is as it is at first
  }
}
