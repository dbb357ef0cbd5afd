/**
 * What the browser keeps: one IndexedDB database with the journal of operations and half-drawn shapes.
 *
 * A connection that the browser closed (cleared storage, another tab that upgrades) is opened anew at
 * the next use.
 */
export const OPERATIONS = 'operations';
export const STROKES = 'strokes';

const VERSION = 2;

export interface Store {
  /** Act in one transaction; resolves once the browser says that it is kept. */
  write(name: string, act: (store: IDBObjectStore) => void, durability?: 'strict' | 'relaxed'): Promise<void>;
  read<T>(name: string, ask: (store: IDBObjectStore) => IDBRequest<T>): Promise<T>;
}

/** Open the database; rejects where the browser stores nothing. */
export async function openStore(name = 'labelwright', factory: IDBFactory = indexedDB): Promise<Store> {
  let open: IDBDatabase | null = null;
  const connect = async (): Promise<IDBDatabase> => {
    if (open) return open;
    const opening = factory.open(name, VERSION);
    opening.onupgradeneeded = () => upgrade(opening.result);
    const database = await settled(opening);
    database.onclose = () => (open = null);
    database.onversionchange = () => {
      database.close();
      open = null;
    };
    return (open = database);
  };
  await connect();
  return {
    async write(store, act, durability = 'strict') {
      // "strict" asks the browser to flush to disk before it says done.
      const transaction = (await connect()).transaction(store, 'readwrite', { durability });
      act(transaction.objectStore(store));
      await finished(transaction);
    },
    read: async (store, ask) => settled(ask((await connect()).transaction(store).objectStore(store))),
  };
}

function upgrade(database: IDBDatabase): void {
  if (!database.objectStoreNames.contains(OPERATIONS)) {
    database.createObjectStore(OPERATIONS, { keyPath: 'id' }).createIndex('member', 'member');
  }
  if (!database.objectStoreNames.contains(STROKES)) {
    database.createObjectStore(STROKES, { keyPath: 'id' }).createIndex('place', 'place');
  }
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
