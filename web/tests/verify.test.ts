/** The grid without a browser: pages, marks, corrections, undo, and verdicts that wait for the network. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import type { Operation } from '../src/model/operations';
import { layout, surroundings } from '../src/ui/verify/crop';
import { categoryOf, deedOf, KEYS } from '../src/ui/verify/keys';
import { Outbox, type Shelf } from '../src/ui/verify/outbox';
import { GridSession } from '../src/ui/verify/session';
import type { Batch, Cell, GridPage, Judged, Source } from '../src/ui/verify/wire';

const NOW = 1_700_000_000_000;

function cell(number: number, changes: Partial<Cell> = {}): Cell {
  return {
    task: `t${Math.floor(number / 3)}`,
    item: `i${Math.floor(number / 3)}`,
    name: `image ${Math.floor(number / 3)}.png`,
    width: 100,
    height: 80,
    annotation: { id: `a${number}`, category: 'cell', shape: { kind: 'box', left: 1, top: 1, right: 9, bottom: 9 } },
    revision: 0,
    window: { left: 0, top: 0, right: 20, bottom: 20 },
    suspicion: 0,
    reasons: [],
    verdict: null,
    model: null,
    document: null,
    held_by: null,
    ...changes,
  };
}

const predicted = (number: number): Cell =>
  cell(number, {
    model: 'cells@1',
    document: 'd1',
    annotation: { ...cell(number).annotation, evidence: { model: 'cells@1', score: 0.7 } },
  });

/** A server that holds so many cells, and hands them out as asked. */
function serving(cells: Cell[], changes: Partial<GridPage> = {}) {
  const asked: (string | null)[] = [];
  return {
    asked,
    page: async (cursor: string | null, limit: number): Promise<GridPage> => {
      asked.push(cursor);
      const start = Number(cursor ?? 0);
      const end = start + limit;
      return {
        cells: cells.slice(start, end),
        next: end < cells.length ? String(end) : null,
        total: cells.length,
        judged: 0,
        held: 0,
        looked: 0,
        limited: false,
        restarted: false,
        ontology_version: 1,
        facets: { categories: {}, kinds: {}, models: {} },
        ...changes,
      };
    },
  };
}

async function sitting(cells: Cell[], source: Source = 'review', size = 6) {
  const sent: Batch[] = [];
  const session = new GridSession(source, serving(cells), (batch) => sent.push(batch), () => NOW);
  session.resize(size);
  await session.fill();
  const show = () => session.page.forEach((one) => session.seen(one, true));
  show();
  const operations = (batch: Batch | undefined): Operation[] => batch?.drafts.flatMap((draft) => draft.operations) ?? [];
  const verdicts = (batch: Batch | undefined) =>
    Object.fromEntries(operations(batch).flatMap((one) => (one.kind === 'judge' ? [[one.annotation, one.verdict]] : [])));
  const accept = (seconds = 6) => {
    session.accept(seconds);
    show();
  };
  return { session, sent, show, operations, verdicts, accept };
}

const many = (count: number) => Array.from({ length: count }, (_, number) => cell(number));
const saved = (task: string, changes: Partial<Judged> = {}): Judged => ({
  task, outcome: 'saved', reason: null, holder: null, revision: 9, refused: [], conflicts: [], tally: null, ...changes,
});

describe('a page', () => {
  test('is accepted with one key: marked ones are returned, all others accepted', async () => {
    const { session, sent, accept, verdicts } = await sitting(many(14));
    session.toggle(2);
    accept();

    expect(verdicts(sent[0])).toEqual({ a0: 'accepted', a1: 'accepted', a2: 'returned', a3: 'accepted', a4: 'accepted', a5: 'accepted' });
    expect(sent[0]!.drafts.map(({ task }) => task)).toEqual(['t0', 't1']);
    expect(session.page[0]!.annotation.id).toBe('a6');
    expect(session.verified).toBe(6);
  });

  test('carries the seconds of work evenly on its verdicts', async () => {
    const { sent, accept, operations, session } = await sitting(many(14));
    accept(9);

    expect(operations(sent[0]).map(({ seconds }) => seconds)).toEqual([1.5, 1.5, 1.5, 1.5, 1.5, 1.5]);
    expect(session.seconds).toBe(9);
  });

  test('is not accepted before every crop of it was shown', async () => {
    const { session, sent, show } = await sitting(many(14));
    session.accept(1);
    session.accept(1); // the second page is not shown yet

    expect(sent).toHaveLength(1);
    expect(session.start).toBe(6);
    show();
    session.accept(1);
    expect(sent).toHaveLength(2);
  });

  test('leaves out a crop that could not be shown', async () => {
    const { session, sent, accept, verdicts } = await sitting(many(8));
    session.seen(session.page[1]!, false);

    expect(session.counts).toEqual({ accepted: 5, wrong: 0, left: 1 });
    accept();
    expect(verdicts(sent[0])).not.toHaveProperty('a1');
    expect(session.verified).toBe(5);
  });

  test('shows the last cells, and then that all is over', async () => {
    const { session, accept } = await sitting(many(8));
    accept();
    expect(session.page).toHaveLength(2);
    accept();

    expect(session.isOver).toBe(true);
    expect(session.verified).toBe(8);
  });

  test('is followed by others fetched ahead, each once', async () => {
    const server = serving(many(500));
    const session = new GridSession('review', server, () => {});
    session.resize(50);
    await session.fill();
    expect(session.cells.length).toBeGreaterThanOrEqual(150);
    for (let page = 0; page < 10; page++) {
      session.page.forEach((one) => session.seen(one, true));
      session.accept(1);
      await session.fill();
    }

    expect(session.isOver).toBe(true);
    expect(session.verified).toBe(500);
    expect(new Set(server.asked).size).toBe(server.asked.length);
  });

  test('of an order that was lost goes on with what is open, and shows nothing twice', async () => {
    const cells = many(12);
    let restarted = false;
    const session = new GridSession(
      'review',
      {
        page: async (cursor) => {
          const page = await serving(cells).page(null, 9);
          if (!cursor) return { ...page, next: 'lost.9' };
          restarted = true;
          return { ...page, cells, restarted: true, next: null, total: 12 };
        },
      },
      () => {},
    );
    session.resize(6);
    await session.fill();

    expect(restarted).toBe(true);
    expect(session.cells.map(({ annotation }) => annotation.id)).toEqual(cells.map(({ annotation }) => annotation.id));
    expect(session.total).toBe(12);
  });
});

describe('marks', () => {
  test('are taken back by the same key', async () => {
    const { session, sent, accept, verdicts } = await sitting(many(6));
    session.toggle(0);
    session.toggle(0);
    accept();

    expect(verdicts(sent[0])).toMatchObject({ a0: 'accepted' });
  });

  test('reach over a range, from the last one up to here, either way', async () => {
    const { session } = await sitting(many(6));
    session.toggle(4);
    session.toggleTo(2);

    expect(session.page.map((one) => Boolean(session.of(one).wrong))).toEqual([false, false, true, true, true, false]);
  });

  test('cannot be made on what somebody else holds', async () => {
    const { session, sent, accept, verdicts } = await sitting([...many(3), ...[3, 4].map((n) => cell(n, { held_by: 'Ben' }))]);
    session.toggle(3);
    accept();

    expect(session.verified).toBe(3);
    expect(verdicts(sent[0])).toEqual({ a0: 'accepted', a1: 'accepted', a2: 'accepted' });
  });

  test('arrows stay on the page', async () => {
    const { session } = await sitting(many(6));
    session.move(-1, 0, 3);
    expect(session.focus).toBe(0);
    session.move(0, 1, 3);
    expect(session.focus).toBe(3);
    session.move(0, 1, 3);
    expect(session.focus).toBe(3);
    session.look(5);
    session.move(1, 0, 3);
    expect(session.focus).toBe(5);
  });
});

describe('corrections', () => {
  test('are sent at once, as amended, with what the hand knew', async () => {
    const { session, sent, operations } = await sitting(many(6).map((one) => ({ ...one, revision: 4 })));
    session.recategorize(session.page[0]!, 'dirt', 2);

    const [put, judge] = operations(sent[0]);
    expect(put).toMatchObject({ kind: 'put', fields: ['category'], seen: 4, seconds: 2, annotation: { id: 'a0', category: 'dirt' } });
    expect(judge).toMatchObject({ kind: 'judge', verdict: 'amended', seconds: 0 });
    expect(session.counts.accepted).toBe(6);
  });

  test('name the one before while the server has not confirmed it, and are not accepted once more', async () => {
    const { session, sent, operations, accept, verdicts } = await sitting(many(6));
    session.recategorize(session.page[0]!, 'dirt');
    session.reshape(session.page[0]!, { kind: 'box', left: 2, top: 2, right: 8, bottom: 8 }, 'dirt');

    expect(operations(sent[1])[0]).toMatchObject({ fields: ['shape'], after: operations(sent[0])[0]!.id });
    accept();
    expect(verdicts(sent[2])).not.toHaveProperty('a0');
    expect(session.verified).toBe(6);
  });

  test('can be taken back', async () => {
    const { session, sent, operations } = await sitting(many(6));
    session.recategorize(session.page[0]!, 'dirt');
    session.restore(session.page[0]!);

    expect(operations(sent[1])).toMatchObject([
      { kind: 'put', fields: ['category'], annotation: { category: 'cell' } },
      { kind: 'judge', verdict: null },
    ]);
    expect(session.of(session.page[0]!).fixed).toBeUndefined();
    expect(session.verified).toBe(0);
  });

  test('delete, and bring back', async () => {
    const { session, sent, operations, accept, verdicts } = await sitting(many(6));
    const first = session.page[0]!;
    session.remove(first);
    session.remove(session.page[1]!);
    session.remove(session.page[1]!);

    expect(operations(sent[0])).toMatchObject([{ kind: 'delete', annotation: 'a0' }]);
    expect(operations(sent[2])).toMatchObject([{ kind: 'put', annotation: { id: 'a1' } }]);
    accept();
    expect(verdicts(sent[3])).not.toHaveProperty('a0');
    expect(verdicts(sent[3])).toMatchObject({ a1: 'accepted' });
    expect(session.verified).toBe(6);
  });
});

describe('undo', () => {
  test('takes the verdicts of the last page back and shows it with its marks', async () => {
    const { session, sent, accept, verdicts } = await sitting(many(14));
    session.toggle(2);
    accept();
    session.undo();

    expect(verdicts(sent[1])).toEqual({ a0: null, a1: null, a2: null, a3: null, a4: null, a5: null });
    expect(session.start).toBe(0);
    expect(session.of(session.page[2]!).wrong).toBe(true);
    expect(session.verified).toBe(0);
  });

  test('goes back page by page, and then no further', async () => {
    const { session, accept } = await sitting(many(14));
    accept();
    accept();
    session.undo();
    session.undo();
    session.undo();

    expect(session.start).toBe(0);
    expect(session.canUndo).toBe(false);
  });
});

describe('predictions', () => {
  const cells = () => Array.from({ length: 6 }, (_, number) => predicted(number));

  test('that are accepted become annotations with their origin; rejected ones leave nothing', async () => {
    const { session, sent, accept, operations } = await sitting(cells(), 'predictions');
    session.toggle(1);
    accept();

    const made = operations(sent[0]);
    expect(made).toHaveLength(5);
    expect(made[0]).toMatchObject({ kind: 'put', prediction: 'a0', model: 'cells@1', score: 0.7 });
    expect(made[0]!.kind === 'put' && made[0]!.annotation.id).not.toBe('a0');
    expect(session.verified).toBe(6);
  });

  test('that were corrected keep their origin, and are taken over once', async () => {
    const { session, sent, accept, operations } = await sitting(cells(), 'predictions');
    session.recategorize(session.page[0]!, 'dirt');
    session.recategorize(session.page[0]!, 'mud');
    accept();

    const [first, second, page] = sent.map(operations);
    expect(first![0]).toMatchObject({ prediction: 'a0', annotation: { category: 'dirt' } });
    expect(first![0]).not.toHaveProperty('fields');
    expect(second![0]).toMatchObject({ fields: ['category'], annotation: { category: 'mud' } });
    expect(page).toHaveLength(5);
  });

  test('that were taken over are given back by undo', async () => {
    const { session, sent, accept, operations } = await sitting(cells(), 'predictions');
    accept();
    session.undo();

    const ids = operations(sent[0]).map((one) => one.kind === 'put' && one.annotation.id);
    expect(operations(sent[1]).map((one) => one.kind === 'delete' && one.annotation)).toEqual(ids);
  });
});

describe('the server’s answer', () => {
  test('about an item that somebody took is told, and nothing of it counts', async () => {
    const { session, accept } = await sitting(many(14));
    accept();
    session.judged([saved('t0', { outcome: 'held', reason: 'Ben works on this item now.' }), saved('t1')]);

    expect(session.verified).toBe(3);
    expect(session.troubles).toMatchObject([{ name: 'image 0.png', count: 3, reason: 'Ben works on this item now.' }]);
    expect(session.lostTo(cell(0))).toBe('Ben works on this item now.');
    session.calm();
    expect(session.troubles).toEqual([]);
  });

  test('says how each review stands', async () => {
    const { session } = await sitting(many(6));
    const tally = { annotations: 3, accepted: 3, amended: 0, returned: 0, open: 0 };
    session.judged([saved('t0', { tally })]);

    expect([...session.standings.values()]).toEqual([{ task: 't0', item: 'i0', name: 'image 0.png', tally }]);
    session.closed(['t0']);
    expect(session.standings.size).toBe(0);
  });

  test('about conflicts and refused operations is told', async () => {
    const { session } = await sitting(many(6));
    session.judged([saved('t0', { refused: [{ annotation: 'a1', reason: 'It was deleted meanwhile.' }], conflicts: ['a0'] })]);

    expect(session.troubles.map(({ outcome }) => outcome)).toEqual(['refused', 'conflict']);
  });
});

describe('the outbox', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  function shelf(room = Infinity): Shelf & { kept: Map<string, string> } {
    const kept = new Map<string, string>();
    return {
      kept,
      get length() {
        return kept.size;
      },
      key: (index) => [...kept.keys()][index] ?? null,
      getItem: (name) => kept.get(name) ?? null,
      setItem: (name, value) => {
        if (kept.size >= room) throw new Error('full');
        kept.set(name, value);
      },
      removeItem: (name) => void kept.delete(name),
    };
  }

  function box(answers: (Judged[] | Error)[], on = shelf()) {
    const sent: string[] = [];
    const told: unknown[] = [];
    const judged: Judged[][] = [];
    const send = async (batch: Batch) => {
      sent.push(batch.key);
      const answer = answers.shift() ?? [];
      if (answer instanceof Error) throw answer;
      return answer;
    };
    const isPassing = (error: unknown) => (error as Error).message === 'offline';
    const outbox = new Outbox({ send, isPassing }, on, 'place.', (one) => judged.push(one), (error) => told.push(error));
    return { outbox, sent, told, judged, on };
  }

  const batch = (key: string): Batch => ({
    key,
    drafts: [{ task: 't0', operations: [{ kind: 'judge', id: key, at: NOW, seconds: 1, annotation: 'a0', verdict: 'accepted' }] }],
  });

  test('sends in order, and is empty once the server has answered', async () => {
    const { outbox, sent, judged, on } = box([[saved('t0')], [saved('t1')]]);
    outbox.add(batch('1'));
    outbox.add(batch('2'));
    expect(outbox.state).toBe('saving');
    await vi.runAllTimersAsync();

    expect(sent).toEqual(['1', '2']);
    expect(judged).toHaveLength(2);
    expect(outbox.state).toBe('saved');
    expect(on.kept.size).toBe(0);
  });

  test('keeps what did not arrive and tries again under the same key', async () => {
    const { outbox, sent, on } = box([new Error('offline'), new Error('offline'), [saved('t0')]]);
    outbox.add(batch('1'));
    await vi.advanceTimersByTimeAsync(0);
    expect(outbox.state).toBe('waiting');
    expect(outbox.operations).toBe(1);
    expect(on.kept.size).toBe(1);
    await vi.advanceTimersByTimeAsync(10_000);

    expect(sent).toEqual(['1', '1', '1']);
    expect(outbox.state).toBe('saved');
  });

  test('a page opened later sends what the one before left behind, oldest first', async () => {
    const on = shelf();
    on.kept.set('place.2', JSON.stringify(batch('2')));
    on.kept.set('place.1', JSON.stringify(batch('1')));
    on.kept.set('place.broken', '{');
    on.kept.set('another', 'x');
    const { sent } = box([], on);
    await vi.runAllTimersAsync();

    expect(sent).toEqual(['1', '2']);
    expect([...on.kept.keys()]).toEqual(['another']);
  });

  test('drops what the server refuses for good, tells it, and goes on', async () => {
    const { outbox, sent, told, on } = box([new Error('no such project'), [saved('t0')]]);
    outbox.add(batch('1'));
    outbox.add(batch('2'));
    await vi.runAllTimersAsync();

    expect(sent).toEqual(['1', '2']);
    expect(told).toHaveLength(1);
    expect(on.kept.size).toBe(0);
  });

  test('says when the browser has no room to keep what waits', async () => {
    const { outbox } = box([new Error('offline')], shelf(0));
    outbox.add(batch('1'));
    await vi.advanceTimersByTimeAsync(0);

    expect(outbox.unkept).toBe(true);
    expect(outbox.size).toBe(1);
  });

  test('is settled when nothing is on its way, and when nothing can be', async () => {
    const { outbox } = box([new Error('offline')]);
    await outbox.settled();
    outbox.add(batch('1'));
    const settled = outbox.settled();
    await vi.advanceTimersByTimeAsync(0);

    await expect(settled).resolves.toBeUndefined();
  });
});

describe('places and keys', () => {
  test('as many cells as fit are shown, as large as they fit', () => {
    expect(layout(1256, 640, 152)).toEqual({ columns: 7, rows: 3, side: 172 });
    expect(layout(10, 10, 152)).toMatchObject({ columns: 1, rows: 1, side: 152 });
  });

  test('the surroundings of an object lie in the picture', () => {
    const box = { kind: 'box', left: 90, top: 10, right: 140, bottom: 30 } as const;

    expect(surroundings(box, 100, 80)).toEqual({ left: 40, top: 0, right: 100, bottom: 78 });
    expect(surroundings(null, 100, 80)).toEqual({ left: 0, top: 0, right: 100, bottom: 80 });
  });

  test('every key means one thing', () => {
    const keys = KEYS.flatMap((entry) => entry.keys);

    expect(new Set(keys).size).toBe(keys.length);
    expect(deedOf('A')).toBe('accept');
  });

  test('categories have numbers, and their shortcuts where the grid has no use for them', () => {
    const categories = [{ id: 'w', shortcut: 'w' }, { id: 'a', shortcut: 'a' }];

    expect(categoryOf('2', categories)?.id).toBe('a');
    expect(categoryOf('W', categories)?.id).toBe('w');
    expect(categoryOf('a', categories)).toBeUndefined();
    expect(categoryOf('9', categories)).toBeUndefined();
  });
});
