/**
 * Remembers in this browser what a person waved away or took over of each task's proposals.
 *
 * It is no part of the work: accepted predictions are told by their evidence, and without this memory
 * what was waved away is only proposed again. The newest tasks are kept.
 */
import type { Settled } from '../../editor/proposals';

const MOST_TASKS = 60;

const prefixOf = (member: string) => `labelwright.settled.${member}.`;

export function settledOf(member: string, task: string): Settled {
  try {
    const kept = JSON.parse(localStorage.getItem(prefixOf(member) + task) ?? '{}') as Partial<Settled>;
    return { rejected: kept.rejected ?? [], taken: kept.taken ?? [] };
  } catch {
    return { rejected: [], taken: [] };
  }
}

export function rememberSettled(member: string, task: string, settled: Settled): void {
  const key = prefixOf(member) + task;
  if (settled.rejected.length === 0 && settled.taken.length === 0) localStorage.removeItem(key);
  else {
    // Ids of tasks grow with time, so the first are the oldest.
    const others = Object.keys(localStorage).filter((name) => name.startsWith(prefixOf(member)) && name !== key);
    for (const old of others.sort().slice(0, Math.max(0, others.length - MOST_TASKS + 1))) localStorage.removeItem(old);
    try {
      localStorage.setItem(key, JSON.stringify(settled));
    } catch {
      // The browser's room is full: it is remembered until the page is left.
    }
  }
}
