/**
 * The journal: operations that the server has not acknowledged yet, kept in the browser.
 *
 * An operation is written here before it is sent and removed once acknowledged, so a crash, a closed
 * tab, a sign-out or a dead network loses nothing. Entries belong to one member.
 */
import { continueAfter } from '../model/ids';
import type { Operation } from '../model/operations';
import { OPERATIONS, type Store } from './store';

export interface Entry {
  id: string;
  member: string;
  task: string;
  project: string;
  operation: Operation;
}

export interface Journal {
  /** Whether it outlives the page. */
  readonly lasts: boolean;
  add(entries: readonly Entry[]): Promise<void>;
  remove(ids: readonly string[]): Promise<void>;
  /** A member's entries in the order they were made. */
  list(member: string): Promise<Entry[]>;
}

/** A journal in IndexedDB. */
export function journalIn(store: Store): Journal {
  return {
    lasts: true,
    add: (entries) => store.write(OPERATIONS, (kept) => entries.forEach((entry) => kept.put(entry))),
    remove: (ids) => store.write(OPERATIONS, (kept) => ids.forEach((id) => kept.delete(id))),
    async list(member) {
      const found = (await store.read(OPERATIONS, (kept) => kept.index('member').getAll(member))) as Entry[];
      found.sort((a, b) => (a.id < b.id ? -1 : 1));
      const newest = found.at(-1);
      if (newest) continueAfter(newest.id);
      return found;
    },
  };
}

/** A journal that forgets when the page closes, for browsers that refuse to store anything. */
export function memoryJournal(): Journal {
  const entries = new Map<string, Entry>();
  return {
    lasts: false,
    add: async (added) => added.forEach((entry) => entries.set(entry.id, entry)),
    remove: async (ids) => ids.forEach((id) => entries.delete(id)),
    list: async (member) => [...entries.values()].filter((entry) => entry.member === member),
  };
}
