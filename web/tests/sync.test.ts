import 'fake-indexeddb/auto';

import { IDBFactory } from 'fake-indexeddb';
import { beforeEach, expect, test } from 'vitest';

import type { Operation } from '../src/model/operations';
import { deliverLeftovers, DraftSync } from '../src/sync/draft-sync';
import { type Journal, openJournal } from '../src/sync/journal';
import type { Transport } from '../src/sync/transport';

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
  kept: string[] = [];
  /** Ids of operations that it finds fault with. */
  faulty = new Set<string>();
  lost = false;
  submitted = 0;
  failure: Error | null = null;
  loseAnswer = false;
  elsewhere: (Operation & { seq: number })[] = [];

  async append(_task: string, _since: number, operations: readonly Operation[]) {
    if (this.failure) throw this.failure;
    if (operations.some(({ id }) => this.faulty.has(id))) throw new Refused(400, 'malformed');
    for (const { id } of operations) if (!this.kept.includes(id)) this.kept.push(id);
    if (this.loseAnswer) {
      this.loseAnswer = false;
      throw new TypeError('network');
    }
    return { revision: this.kept.length, operations: this.elsewhere };
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
let seen: Operation[];

function sync(revision = 0) {
  return new DraftSync({
    task: 't',
    project: 'p',
    member: 'ana',
    revision,
    journal,
    transport: server,
    onElsewhere: (operations) => seen.push(...operations),
    wait: (after, run) => {
      const timer = { after, run };
      timers.push(timer);
      return () => (timers = timers.filter((entry) => entry !== timer));
    },
  });
}

beforeEach(async () => {
  journal = await openJournal('test', new IDBFactory());
  server = new Server();
  timers = [];
  seen = [];
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

test('other tabs’ operations come in, except on annotations with unsent edits', async () => {
  const draft = sync();
  server.elsewhere = [
    { ...put('x', 'theirs'), seq: 1 },
    { ...put('y', 'mine'), seq: 2 },
  ];
  const append = server.append.bind(server);
  server.append = async (...given) => {
    draft.push([put('2', 'mine')]); // drawn while the request was under way
    return append(...given);
  };
  draft.push([put('1', 'mine')]);
  await draft.flush();

  expect(seen.map((operation) => operation.id)).toEqual(['x']);
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
  draft.leave(); // its answer tells the sync nothing
  await new Promise((done) => setTimeout(done));
  server.elsewhere = [
    { ...put('1', 'x'), seq: 1 },
    { ...put('t', 'y'), seq: 2 },
  ];
  draft.push([put('2', 'y')]);
  await draft.flush();

  expect(seen).toEqual([]);
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
