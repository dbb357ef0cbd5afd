/** What a look at a few items tells of a threshold. */
import type { Found, Look } from './wire';

export const BINS = 20;

/** What was found with a label that has a category, with its item's place. */
export function mapped(look: Look, mapping: Readonly<Record<string, string>>): Found[] {
  return look.looked.flatMap(({ found }) => found.filter(({ label }) => mapping[label]));
}

/** How many scores lie in each of `BINS` equal parts of 0 to 1. */
export function binned(scores: readonly number[]): number[] {
  const bins = Array.from({ length: BINS }, () => 0);
  for (const score of scores) bins[Math.min(BINS - 1, Math.max(0, Math.floor(score * BINS)))]! += 1;
  return bins;
}

/** About how many annotations all items would get: what the sample got, for each item. */
export function expected(look: Look, kept: number): number {
  return look.looked.length === 0 ? 0 : Math.round((kept / look.looked.length) * look.items);
}
