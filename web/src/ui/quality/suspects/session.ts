/** A sitting at the list: where one stands, what was said, and what may be taken back. */
import type { Suspect, SuspectVerdict } from './wire';

export interface Said {
  verdict: SuspectVerdict | null;
  /** Its verdict is on the way. */
  saving?: boolean;
  /** The task by which its item was opened again. */
  task?: string | null;
  /** A note is pinned at its place. */
  pinned?: boolean;
}

export interface Sitting {
  focus: number;
  said: Readonly<Record<string, Said>>;
  /** The ids that were judged here, in order. */
  order: readonly string[];
}

export const BEGUN: Sitting = { focus: 0, said: {}, order: [] };

export function verdictOf(sitting: Sitting, suspect: Suspect): SuspectVerdict | null {
  const said = sitting.said[suspect.id];
  return said ? said.verdict : suspect.verdict;
}

/** A verdict is given or taken back; what was given goes on to the next one that is open. */
export function judged(sitting: Sitting, list: readonly Suspect[], id: string, verdict: SuspectVerdict | null): Sitting {
  const before = sitting.said[id];
  const said = { ...sitting.said, [id]: { ...before, verdict, saving: true } };
  const order = sitting.order.filter((other) => other !== id);
  const next: Sitting = { ...sitting, said, order: verdict ? [...order, id] : order };
  const at = list.findIndex((suspect) => suspect.id === id);
  return { ...next, focus: verdict ? nextOpen(next, list, at) : Math.max(0, at) };
}

/** The server has it, or does not: then it is as it was before. */
export function settled(sitting: Sitting, id: string, now: Said | undefined): Sitting {
  if (now) return { ...sitting, said: { ...sitting.said, [id]: { ...sitting.said[id], ...now, saving: false } } };
  const { [id]: _, ...said } = sitting.said;
  return { ...sitting, said, order: sitting.order.filter((other) => other !== id) };
}

/** The place of the next open one behind a place, else of the first open one, else the same place. */
export function nextOpen(sitting: Sitting, list: readonly Suspect[], from: number): number {
  const isOpen = (place: number) => verdictOf(sitting, list[place]!) === null;
  for (let place = from + 1; place < list.length; place += 1) if (isOpen(place)) return place;
  for (let place = 0; place < from; place += 1) if (isOpen(place)) return place;
  return Math.max(0, Math.min(from, list.length - 1));
}

/** One step with an arrow in a grid of so many columns. */
export function moved(sitting: Sitting, count: number, columns: number, [across, down]: readonly [number, number]): Sitting {
  const place = sitting.focus + across + down * columns;
  return place < 0 || place >= count ? sitting : { ...sitting, focus: place };
}

/** The last one that was judged here. */
export const lastJudged = (sitting: Sitting): string | undefined => sitting.order[sitting.order.length - 1];
