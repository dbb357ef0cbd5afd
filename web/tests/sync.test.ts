import 'fake-indexeddb/auto';

import { IDBFactory } from 'fake-indexeddb';
import { beforeEach, expect, test, vi } from 'vitest';

import { freshId } from '../src/model/ids';
import type { Operation } from '../src/model/operations';
import { DraftSync } from '../src/sync/draft-sync';
import { type Journal, journalIn, memoryJournal } from '../src/sync/journal';
import { openStore } from '../src/sync/store';
import { deliverLeftovers } from '../src/sync/leftovers';
import type { Appended, OpenConflict, Sending, Standing, Transport } from '../src/sync/transport';
import type { Annotation } from '../src/wire';

const put = (id: string, annotation = id): Operation => ({
  kind: 'put',
  id,
  at: 0,
  seconds: 0,
  annotation: { id: annotation, category: 'cell' },
});

class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code = '',
  ) {
    super(code);
  }
}

/** A server that keeps each operation once, and answers as it is told. */
class Server implements Transport {
  log: Operation[] = [];
  /** Ids of operations that it finds fault with. */
  faulty = new Set<string>();
  lost = false;
  /** Whether it keeps work on a lost task only when it is sent as late. */
  onlyLate = false;
  submitted = 0;
  failure: Error | null = null;
  loseAnswer = false;
  conflicts: OpenConflict[] = [];
  task: Standing = { state: 'waiting', holder: null, ontology: 1 };

  get kept(): string[] {
    return this.log.map(({ id }) => id);
  }

  async append(_task: string, since: number, operations: readonly Operation[], how: Sending = {}): Promise<Appended> {
    if (this.failure) throw this.failure;
    if (this.onlyLate && !how.late) throw new Refused(409, 'task.lease_lost');
    if (operations.some(({ id }) => this.faulty.has(id))) throw new Refused(400, 'malformed');
    for (const operation of operations) if (!this.kept.includes(operation.id)) this.log.push(operation);
    if (this.loseAnswer) {
      this.loseAnswer = false;
      throw new TypeError('network');
    }
    const sent = new Set(operations.map(({ id }) => id));
    const entries = this.log.map((operation, i) => ({ ...operation, seq: i + 1 }));
    return {
      revision: this.log.length,
      operations: entries.filter(({ id, seq }) => seq > since && !sent.has(id)),
      placed: entries.filter(({ id }) => sent.has(id)).map(({ id, seq, clashes }) => ({ id, seq, ...(clashes && { clashes }) })),
      conflicts: this.conflicts,
      task: this.task,
    };
  }

  async submit(task: string, since: number, operations: readonly Operation[]) {
    if (this.lost) throw new Refused(409, 'task.lease_lost');
    await this.append(task, since, operations);
    this.submitted++;
    return { submission: 's', item: 'i', item_state: 'review', verdict: null };
  }

  async hold() {}
}

let journal: Journal;
let server: Server;
let timers: { after: number; run: () => void }[];
let seen: Map<string, Annotation | null>;

function sync(revision = 0, annotations: Annotation[] = []) {
  return new DraftSync({
    task: 't',
    project: 'p',
    member: 'ana',
    revision,
    annotations,
    journal,
    transport: server,
    onElsewhere: (states) => states.forEach((state, id) => seen.set(id, state)),
    wait: (after, run) => {
      const timer = { after, run };
      timers.push(timer);
      return () => (timers = timers.filter((entry) => entry !== timer));
    },
  });
}

beforeEach(async () => {
  journal = journalIn(await openStore('test', new IDBFactory()));
  server = new Server();
  timers = [];
  seen = new Map();
});

const left = async () => (await journal.list('ana')).map((entry) => entry.id);

test('what the server acknowledges leaves the journal', async () => {
  const draft = sync();
  draft.push([put('1'), put('2')]);
  expect(draft.state).toBe('pending');
  await draft.flush();

  expect(server.kept).toEqual(['1', '2']);
  expect(await left()).toEqual([]);
  expect(draft.state).toBe('saved');
});

test('without a network everything stays in the journal, and is tried again with growing pauses', async () => {
  server.failure = new TypeError('network');
  const draft = sync();
  draft.push([put('1')]);
  const pauses: number[] = [];
  for (let i = 0; i < 4; i++) {
    await draft.flush();
    pauses.push(timers.at(-1)!.after);
  }
  expect(draft.state).toBe('offline');
  expect(await left()).toEqual(['1']);
  expect(pauses).toEqual([1000, 2000, 4000, 8000]);

  server.failure = null;
  draft.retry();
  await draft.flush();
  expect(server.kept).toEqual(['1']);
  expect(await left()).toEqual([]);
});

test('an answer that got lost makes nothing twice', async () => {
  server.loseAnswer = true;
  const draft = sync();
  draft.push([put('1')]);
  await draft.flush();
  expect(draft.pending).toBe(1);
  await draft.flush();

  expect(server.kept).toEqual(['1']);
  expect(draft.state).toBe('saved');
});

test.each([
  [new Refused(401), 'signed-out'],
  [new Refused(409, 'task.lease_lost'), 'lease-lost'],
  [new Refused(422, 'invalid'), 'refused'],
  [new Refused(403, 'forged'), 'signed-out'],
  [new Refused(403, 'forbidden'), 'refused'],
  [new Refused(503), 'offline'],
])('a refusal is shown for what it is and loses nothing: %o', async (failure, state) => {
  server.failure = failure;
  const draft = sync();
  draft.push([put('1')]);
  await draft.flush();

  expect(draft.state).toBe(state);
  expect(await left()).toEqual(['1']);
});

test('a crash before the acknowledgement is made good by the next session', async () => {
  server.failure = new TypeError('network');
  const crashed = sync();
  crashed.push([put('1'), put('2')]);
  await crashed.flush();
  server.failure = null;

  const next = sync();
  next.resume((await journal.list('ana')).map((entry) => entry.operation));
  await next.flush();

  expect(server.kept).toEqual(['1', '2']);
  expect(await left()).toEqual([]);
});

test('what other tabs did comes in below what is still on its way', async () => {
  const draft = sync();
  server.log = [
    put('x', 'theirs'),
    { ...put('y', 'mine'), annotation: { id: 'mine', category: 'dirt' } } as Operation,
  ];
  const append = server.append.bind(server);
  server.append = async (...given) => {
    server.append = append;
    draft.push([put('2', 'mine')]); // drawn while the request was under way
    return append(...given);
  };
  draft.push([put('1', 'theirs2')]);
  await draft.flush();

  expect([...seen.keys()].sort()).toEqual(['mine', 'theirs']);
  expect(seen.get('mine')?.category).toBe('cell');
});

test('an operation says what its hand knew: the revision, and its own change before it', async () => {
  const draft = sync();
  draft.push([put('1', 'x')]);
  draft.push([put('2', 'x'), put('3', 'y')]);
  await draft.flush();
  draft.push([put('4', 'x')]);
  await draft.flush();

  expect(server.log.map(({ seen, after }) => [seen, after])).toEqual([
    [0, undefined],
    [0, '1'],
    [0, undefined],
    [3, undefined],
  ]);
});

test('a hand that goes on from its own change knows no more of others than that change did', async () => {
  server.failure = new TypeError('network');
  const draft = sync();
  draft.push([put('1', 'x')]);
  await draft.flush();
  server.failure = null;
  server.faulty.add('1');
  server.log = [put('z', 'x')];
  draft.push([put('0', 'other')]);
  await draft.flush(); // brings z along; 1 is refused and goes aside
  draft.push([put('2', 'x')]);
  await draft.flush();

  expect(draft.revision).toBe(3);
  expect(server.log.at(-1)).toMatchObject({ id: '2', seen: 2 });
});

test('a deletion that clashes leaves the annotation standing, and the conflict is told', async () => {
  const draft = sync(0, [{ id: 'a', category: 'cell' }]);
  const append = server.append.bind(server);
  server.append = async (task, since, operations, how) => {
    server.log = [put('z', 'a')];
    server.conflicts = [{ annotation: 'a', aside: [{ operation: 'd', at: 0, by: 'ana' }] }];
    return append(task, since, operations.map((operation) => ({ ...operation, clashes: ['z'] })), how);
  };
  draft.push([{ kind: 'delete', id: 'd', at: 0, seconds: 0, annotation: 'a' }]);
  await draft.flush();

  expect(seen.get('a')?.category).toBe('cell');
  expect(draft.conflicts).toEqual(server.conflicts);
});

test('a conflict that was chosen about is gone at once, and stays gone only if the server agrees', async () => {
  const conflict: OpenConflict = { annotation: 'a', aside: [{ operation: 'z', at: 0, by: 'ana' }] };
  server.conflicts = [conflict];
  const draft = sync();
  draft.look();
  await draft.flush();
  expect(draft.conflicts).toEqual([conflict]);
  draft.push([{ ...put('1', 'a'), settles: ['z'] }]);
  expect(draft.conflicts).toEqual([]);
  await draft.flush();

  expect(draft.conflicts).toEqual([conflict]);
});

test('a submission carries what waits', async () => {
  const draft = sync();
  draft.push([put('1')]);
  await draft.submit({ guideline_version: 1 });

  expect(server.kept).toEqual(['1']);
  expect(server.submitted).toBe(1);
  expect(await left()).toEqual([]);
});

test('a refused submission keeps the operations', async () => {
  server.failure = new Refused(422, 'invalid.annotations');
  const draft = sync();
  draft.push([put('1')]);
  await expect(draft.submit({ guideline_version: 1 })).rejects.toThrow();

  expect(draft.pending).toBe(1);
  expect(await left()).toEqual(['1']);
});

test('an operation that the server will not take holds nothing up, and stays in the journal', async () => {
  server.faulty.add('4');
  const draft = sync();
  draft.push(['1', '2', '3', '4', '5', '6', '7'].map((id) => put(id)));
  await draft.flush();

  expect(server.kept).toEqual(['1', '2', '3', '5', '6', '7']);
  expect(draft.state).toBe('refused');
  expect(await left()).toEqual(['4']);
  await expect(draft.submit({ guideline_version: 1 })).rejects.toThrow('malformed');

  draft.push([put('8', '4')]); // the shape is drawn anew
  await draft.flush();
  expect(draft.state).toBe('saved');
  expect(await left()).toEqual([]);
});

test('what a refused submission carried is saved all the same', async () => {
  const draft = sync();
  server.submit = async () => {
    throw new Refused(422, 'invalid.annotations');
  };
  draft.push([put('1')]);
  await expect(draft.submit({ guideline_version: 1 })).rejects.toThrow();
  await draft.flush();

  expect(server.kept).toEqual(['1']);
  expect(draft.state).toBe('saved');
});

test('work on a task that passed on is kept as a draft, and said to be so', async () => {
  server.lost = true;
  const draft = sync();
  draft.push([put('1')]);
  await expect(draft.submit({ guideline_version: 1 })).rejects.toThrow();
  await draft.flush();

  expect(server.kept).toEqual(['1']);
  expect(draft.state).toBe('lease-lost');
  draft.held(true);
  expect(draft.state).toBe('saved');
});

test('one’s own operations, and older ones of others, never come back over newer work', async () => {
  const draft = sync();
  draft.push([put('1', 'x')]);
  draft.leave();
  await new Promise((done) => setTimeout(done));
  server.log.push(put('t', 'y'));
  draft.push([{ ...put('2', 'y'), annotation: { id: 'y', category: 'dirt' } } as Operation]);
  await draft.flush();

  expect([...seen]).toMatchObject([['y', { category: 'dirt' }]]);
});

test('work on a task that passed on before anything was saved is kept as late work', async () => {
  server.onlyLate = true;
  const draft = sync();
  draft.push([put('1')]);
  await draft.flush();

  expect(server.kept).toEqual(['1']);
  expect(draft.state).toBe('lease-lost');
  expect(await left()).toEqual([]);
});

test('a task that was handed in elsewhere is told', async () => {
  const draft = sync();
  server.task = { state: 'submitted', holder: null, ontology: 2 };
  let told = 0;
  draft.standingChanged.subscribe(() => told++);
  draft.push([put('1')]);
  await draft.flush();

  expect([draft.state, told]).toEqual(['closed', 1]);
});

test('no second request starts while one is under way', async () => {
  let under = 0;
  let most = 0;
  const counted = <A extends unknown[], R>(act: (...given: A) => Promise<R>) => async (...given: A) => {
    most = Math.max(most, ++under);
    await new Promise((done) => setTimeout(done));
    return act(...given).finally(() => under--);
  };
  server.append = counted(server.append.bind(server));
  const draft = sync();
  draft.push([put('1')]);
  await Promise.all([draft.flush(), draft.flush(), draft.submit({ guideline_version: 1 }), draft.flush()]);

  expect(most).toBe(1);
});

test('what earlier sessions left for other tasks is delivered, other members’ work is not touched', async () => {
  const entry = (id: string, member: string, task: string) => ({ id, member, task, project: 'p', operation: put(id) });
  await journal.add([entry('1', 'ana', 'old'), entry('2', 'ana', 't'), entry('3', 'ben', 'old')]);

  expect(await deliverLeftovers(journal, server, 'ana', 't')).toBe(0);

  expect(server.kept).toEqual(['1']);
  expect(await left()).toEqual(['2']);
  expect((await journal.list('ben')).map((kept) => kept.id)).toEqual(['3']);
});

// A browser that refuses to store

class Full {
  full = true;
  constructor(readonly inner: Journal) {}
  lasts = true;
  add: Journal['add'] = async (entries) => {
    if (this.full && entries.length > 0) throw new DOMException('', 'QuotaExceededError');
    return this.inner.add(entries);
  };
  remove: Journal['remove'] = (ids) => this.inner.remove(ids);
  list: Journal['list'] = (member) => this.inner.list(member);
}

test('what the browser will not keep is counted, sent all the same, and then no longer in danger', async () => {
  journal = new Full(journal);
  server.failure = new TypeError('network');
  const draft = sync();
  draft.push([put('1'), put('2')]);
  await draft.flush();
  expect([draft.state, draft.unkept]).toEqual(['offline', 2]);

  server.failure = null;
  await draft.flush();
  expect([draft.state, draft.unkept, server.kept]).toEqual(['saved', 0, ['1', '2']]);
});

test('what the browser refused is kept once it has room again', async () => {
  const full = new Full(journal);
  journal = full;
  server.failure = new TypeError('network');
  const draft = sync();
  draft.push([put('1')]);
  await draft.flush();
  full.full = false;
  await draft.flush();
  await new Promise((done) => setTimeout(done, 20));

  expect(draft.unkept).toBe(0);
  expect(await left()).toEqual(['1']);
});

test('in a browser that stores nothing, unsent work counts as being in this tab only', async () => {
  journal = memoryJournal();
  server.failure = new TypeError('network');
  const draft = sync();
  draft.push([put('1')]);
  await draft.flush();

  expect(draft.unkept).toBe(1);
});

test('a server with a full disk is told apart, and asked again', async () => {
  server.failure = new Refused(503, 'storage.full');
  const draft = sync();
  draft.push([put('1')]);
  await draft.flush();

  expect(draft.state).toBe('full');
  expect(timers).toHaveLength(1);
});

test('the journal goes on after the browser closed it, and keeps what an older version kept', async () => {
  const factory = new IDBFactory();
  const old = factory.open('grown', 1);
  await new Promise((done) => {
    old.onupgradeneeded = () => {
      const store = old.result.createObjectStore('operations', { keyPath: 'id' });
      store.createIndex('member', 'member');
      store.put({ id: '1', member: 'ana', task: 't', project: 'p', operation: put('1') });
    };
    old.onsuccess = done;
  });
  old.result.close();
  const grown = journalIn(await openStore('grown', factory));
  expect((await grown.list('ana')).map((entry) => entry.id)).toEqual(['1']);
  factory.deleteDatabase('grown'); // closes the connection, as clearing the site's data does
  await new Promise((done) => setTimeout(done, 20));
  await grown.add([{ id: '2', member: 'ana', task: 't', project: 'p', operation: put('2') }]);

  expect((await grown.list('ana')).map((entry) => entry.id)).toEqual(['2']);
});

test('the journal tells the order of operations also when the clock was set back', async () => {
  const factory = new IDBFactory();
  const first = freshId(1_800_000_000_000);
  await journalIn(await openStore('clock', factory)).add([{ id: first, member: 'ana', task: 't', project: 'p', operation: put(first) }]);
  vi.resetModules(); // the next session begins, with an earlier clock
  const { freshId: freshLater } = await import('../src/model/ids');
  const { journalIn: journalLater } = await import('../src/sync/journal');
  const later = journalLater(await openStore('clock', factory));
  await later.list('ana');
  const second = freshLater(1_700_000_000_000);
  await later.add([{ id: second, member: 'ana', task: 't', project: 'p', operation: put(second) }]);

  expect((await later.list('ana')).map((entry) => entry.id)).toEqual([first, second]);
});
