import 'fake-indexeddb/auto';

import { IDBFactory } from 'fake-indexeddb';
import { afterEach, expect, test, vi } from 'vitest';

import { neighbors } from '../src/sync/neighbors';
import { openStore } from '../src/sync/store';
import { pointsOf, released, StrokeKeeper, type Strokes, strokesIn, type Unfinished } from '../src/sync/strokes';

const polygon = (corners: number, pressed = false): Unfinished => ({
  tool: 'polygon',
  category: 'cell',
  state: { name: 'drawing', corners: Array.from({ length: corners }, (_, x) => ({ x, y: x })), pressed } as Unfinished['state'],
});

async function kept(): Promise<Strokes> {
  return strokesIn(await openStore('strokes', new IDBFactory()));
}

const PLACE = { id: 'tab/t', tab: 'tab', member: 'ana', task: 't' };

afterEach(() => vi.useRealTimers());

test('what is half drawn is kept while the hand draws, and dropped once it is finished', async () => {
  const strokes = await kept();
  let now: Unfinished | null = polygon(3);
  const keeper = new StrokeKeeper(strokes, PLACE, () => now);
  keeper.look();
  now = polygon(4);
  keeper.look();
  await vi.waitFor(async () => expect((await strokes.of('ana', 't')).map(({ stroke }) => pointsOf(stroke))).toEqual([4]));

  now = null;
  keeper.look();
  await vi.waitFor(async () => expect(await strokes.of('ana', 't')).toEqual([]));
});

test('a hand that draws on and on is written a few times a second, not with every move', async () => {
  vi.useFakeTimers();
  const written: number[] = [];
  const strokes: Strokes = {
    keep: async ({ stroke }) => void written.push(pointsOf(stroke)),
    drop: async () => undefined,
    of: async () => [],
  };
  let now = polygon(0);
  const keeper = new StrokeKeeper(strokes, PLACE, () => now);
  for (let move = 1; move <= 100; move++) {
    now = polygon(move);
    keeper.look();
    await vi.advanceTimersByTimeAsync(10);
  }

  expect(written.length).toBeLessThan(8);
  expect(written.at(-1)).toBeGreaterThan(80);
});

test('strokes of other members and tasks are not offered', async () => {
  const strokes = await kept();
  await strokes.keep({ ...PLACE, at: 1, stroke: polygon(3) });

  expect(await strokes.of('ben', 't')).toEqual([]);
  expect(await strokes.of('ana', 'other')).toEqual([]);
  expect(await strokes.of('ana', 't')).toMatchObject([{ stroke: polygon(3) }]);
});

test('a stroke is taken up with no button pressed', () => {
  expect(released(polygon(3, true))).toEqual(polygon(3, false));
  expect(released({ tool: 'box', category: null, state: { name: 'dragging' } }).state).toEqual({ name: 'dragging' });
});

test('tabs know of one another, and hear what the others saved', async () => {
  const one = neighbors('one', 'test-tabs');
  const two = neighbors('two', 'test-tabs');
  const heard: unknown[] = [];
  two.listen((...word) => heard.push(word));
  one.tell('ana', 't', 7);

  expect(await one.isThere('two')).toBe(true);
  expect(await one.isThere('three')).toBe(false);
  expect(heard).toEqual([['ana', 't', 7]]);
});
