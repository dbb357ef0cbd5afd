/**
 * The journal: operations that the server has not acknowledged yet, kept in the browser.
 *
 * An operation is written here before it is sent and removed once acknowledged, so a crash, a closed
 * tab, a sign-out or a dead network loses nothing. Entries belong to one member.
 */
import type { Operation } from '../model/operations';

export interface Entry {
  id: string;
  member: string;
  task: string;
  project: string;
  operation: Operation;
}

export interface Journal {
  add(entries: readonly Entry[]): Promise<void>;
  remove(ids: readonly string[]): Promise<void>;
  /** A member's entries in the order they were made. */
  list(member: string): Promise<Entry[]>;
}

const STORE = 'operations';

/** A journal in IndexedDB. */
export async function openJournal(name = 'labelwright', factory: IDBFactory = indexedDB): Promise<Journal> {
  const opening = factory.open(name, 1);
  opening.onupgradeneeded = () => {
    const store = opening.result.createObjectStore(STORE, { keyPath: 'id' });
    store.createIndex('member', 'member');
  };
  const database = await settled(opening);
  const within = async (mode: IDBTransactionMode, act: (store: IDBObjectStore) => void): Promise<void> => {
    // "strict" asks the browser to flush to disk before it says done.
    const transaction = database.transaction(STORE, mode, { durability: 'strict' });
    act(transaction.objectStore(STORE));
    await finished(transaction);
  };
  return {
    add: (entries) => within('readwrite', (store) => entries.forEach((entry) => store.put(entry))),
    remove: (ids) => within('readwrite', (store) => ids.forEach((id) => store.delete(id))),
    async list(member) {
      const store = database.transaction(STORE).objectStore(STORE);
      const found = (await settled(store.index('member').getAll(member))) as Entry[];
      return found.sort((a, b) => (a.id < b.id ? -1 : 1));
    },
  };
}

/** A journal that forgets when the page closes, for browsers that refuse to store anything. */
export function memoryJournal(): Journal {
  const entries = new Map<string, Entry>();
  return {
    add: async (added) => added.forEach((entry) => entries.set(entry.id, entry)),
    remove: async (ids) => ids.forEach((id) => entries.delete(id)),
    list: async (member) => [...entries.values()].filter((entry) => entry.member === member),
  };
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('The browser refused to store.'));
  });
}

function finished(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = transaction.onerror = () =>
      reject(transaction.error ?? new Error('The browser refused to store.'));
  });
}
