import { describe, expect, test } from 'vitest';

import { type Kept, TileLoader } from '../src/render/tile-loader';
import {
  ancestor,
  boundsOfTile,
  cornerOfTile,
  countIn,
  halving,
  keyOf,
  levelFor,
  seenOn,
  snapped,
  type TileAt,
  tilesIn,
} from '../src/render/tiling';

const HUGE = halving(40_000, 30_000, 512, 1, 8);
const all = { left: 0, top: 0, right: 40_000, bottom: 30_000 };

describe('which level', () => {
  test.each([
    [1, 0],
    [64, 0],
    [0.99, 0],
    [0.5, 1],
    [0.3, 1],
    [0.25, 2],
    [0.001, 7],
  ])('at %f pixels of the screen to one of the picture it is %i', (scale, level) => {
    expect(levelFor(scale, 8)).toBe(level);
  });
});

describe('which tiles', () => {
  test('cover the area and no more', () => {
    const tiles = tilesIn(HUGE, 0, { left: 1000, top: 600, right: 1600, bottom: 700 });

    expect(tiles.map(keyOf).sort()).toEqual(['0/1/1', '0/2/1', '0/3/1']);
  });

  test('the middle comes first', () => {
    const [first] = tilesIn(HUGE, 2, { left: 0, top: 0, right: 5 * 2048, bottom: 5 * 2048 });

    expect(first).toEqual({ level: 2, x: 2, y: 2 });
  });

  test('of the whole picture at the last level it is one', () => {
    expect(tilesIn(HUGE, 7, all).map(keyOf)).toEqual(['7/0/0']);
    expect(countIn(HUGE, 0, all)).toBe(79 * 59);
  });

  test('neighbors end at the picture', () => {
    expect(tilesIn(HUGE, 0, { left: 0, top: 0, right: 10, bottom: 10 }, 1)).toHaveLength(4);
    expect(tilesIn(HUGE, 0, { left: 39_990, top: 29_990, right: 40_000, bottom: 30_000 }, 1)).toHaveLength(4);
  });

  test('beside the picture there are none', () => {
    const beside = seenOn({ width: 800, height: 600 }, { scale: 1, left: 900, top: 0, ratio: 1 }, HUGE);

    expect(tilesIn(HUGE, 0, beside)).toEqual([]);
  });

  test('of a very thin picture are one wide', () => {
    const thin = halving(1, 60_000, 512, 1, 7);

    expect(tilesIn(thin, 6, { left: 0, top: 0, right: 1, bottom: 60_000 }).map(keyOf).sort()).toEqual(['6/0/0', '6/0/1']);
    expect(boundsOfTile(thin, { level: 6, x: 0, y: 1 })).toEqual({ left: 0, top: 32_768, right: 1, bottom: 60_000 });
  });
});

test('tiles of a level meet without a gap and without an overlap, at any zoom and place', () => {
  for (const [scale, left, top] of [
    [0.37, -1234.567, -88.8],
    [1, 0.5, 0.49],
    [1.618, -30_000.1, -7.77],
    [13.3, -400_000.3, 12.2],
  ] as const) {
    const place = { scale, left, top, ratio: 1 };
    const level = levelFor(scale, 8);
    for (let x = 3; x < 30; x++) {
      const one = snapped(boundsOfTile(HUGE, { level, x, y: 2 }), place);
      const next = snapped(boundsOfTile(HUGE, { level, x: x + 1, y: 2 }), place);

      expect(one.x + one.width).toBe(next.x);
      // An edge is less than a pixel of the screen from where it belongs.
      expect(Math.abs(one.x - (x * 512 * 2 ** level * scale + left))).toBeLessThanOrEqual(0.5);
    }
  }
});

test('the pixels of a tile begin one before its own, except at the edge', () => {
  expect(cornerOfTile(HUGE, { level: 3, x: 2, y: 0 })).toEqual({ x: 1023 * 8, y: 0 });
});

test('every tile lies in its ancestor', () => {
  for (const tile of tilesIn(HUGE, 1, { left: 9000, top: 5000, right: 15_000, bottom: 9000 })) {
    for (let level = 2; level < 8; level++) {
      const [own, wide] = [boundsOfTile(HUGE, tile), boundsOfTile(HUGE, ancestor(HUGE, tile, level))];

      expect(own.left >= wide.left && own.right <= wide.right && own.top >= wide.top && own.bottom <= wide.bottom).toBe(true);
    }
  }
});

test('a turned view sees more', () => {
  const place = { scale: 1, left: -5000, top: -5000, ratio: 1 };
  const level = seenOn({ width: 1000, height: 500 }, place, HUGE);
  const turned = seenOn({ width: 1000, height: 500 }, { ...place, angle: Math.PI / 2 }, HUGE);

  expect(level).toEqual({ left: 5000, top: 5000, right: 6000, bottom: 5500 });
  expect(turned.right - turned.left).toBeCloseTo(500);
  expect(turned.bottom - turned.top).toBeCloseTo(1000);
});

/** A server that answers when it is told to. */
class Slow {
  readonly asked: string[] = [];
  readonly aborted: string[] = [];
  private readonly open = new Map<string, { answer: (kept: Kept) => void; fail: () => void }>();

  fetch = (tile: TileAt, signal: AbortSignal): Promise<Kept> => {
    const key = keyOf(tile);
    this.asked.push(key);
    return new Promise((answer, reject) => {
      this.open.set(key, { answer, fail: () => reject(new Error('500')) });
      signal.addEventListener('abort', () => {
        this.aborted.push(key);
        reject(new Error('aborted'));
      });
    });
  };

  async answer(key: string, bytes = 100): Promise<void> {
    this.open.get(key)!.answer({ bytes });
    await settled();
  }

  async fail(key: string): Promise<void> {
    this.open.get(key)!.fail();
    await settled();
  }
}

const settled = () => new Promise((done) => setTimeout(done, 0));
const row = (from: number, to: number): TileAt[] => Array.from({ length: to - from }, (_, at) => ({ level: 0, x: from + at, y: 0 }));

describe('fetching', () => {
  test('asks for the most urgent first, and for few at once', async () => {
    const server = new Slow();
    const loader = new TileLoader(server.fetch, () => undefined, 10_000);

    loader.want(row(0, 9));
    expect(server.asked).toEqual(row(0, 6).map(keyOf));

    await server.answer('0/2/0');
    expect(server.asked.at(-1)).toBe('0/6/0');
    expect(loader.find({ level: 0, x: 2, y: 0 })).toEqual({ bytes: 100 });
    loader.clear();
  });

  test('lets go of what is not wanted any more', async () => {
    const server = new Slow();
    const arrived: string[] = [];
    const loader = new TileLoader(server.fetch, (tile) => arrived.push(keyOf(tile)), 10_000);
    loader.want(row(0, 6));

    loader.want(row(4, 8));
    await settled();

    expect(server.aborted).toEqual(['0/0/0', '0/1/0', '0/2/0', '0/3/0']);
    expect(server.asked.slice(6)).toEqual(['0/6/0', '0/7/0']);
    expect(arrived).toEqual([]);
    loader.clear();
  });

  test('what was let go may be wanted again', async () => {
    const server = new Slow();
    const loader = new TileLoader(server.fetch, () => undefined, 10_000);
    loader.want(row(0, 1));
    loader.want([]);
    await settled();

    loader.want(row(0, 1));
    await server.answer('0/0/0');

    expect(loader.find({ level: 0, x: 0, y: 0 })).not.toBeNull();
    loader.clear();
  });

  test('keeps a bounded number, and never drops what is seen', async () => {
    const server = new Slow();
    const loader = new TileLoader(server.fetch, () => undefined, 450);
    for (let x = 0; x < 12; x++) {
      loader.want(row(x, x + 2));
      await server.answer(`0/${x}/0`);
    }

    expect(loader.size).toBeLessThanOrEqual(450);
    expect(loader.find({ level: 0, x: 11, y: 0 })).not.toBeNull();
    expect(loader.find({ level: 0, x: 0, y: 0 })).toBeNull();

    loader.want(row(0, 6));
    for (let x = 0; x < 6; x++) await server.answer(`0/${x}/0`);
    expect(row(0, 6).every((tile) => loader.find(tile))).toBe(true); // more than the limit, but all are seen
    loader.clear();
    expect(loader.size).toBe(0);
  });

  test('a tile that failed rests before it is asked for again', async () => {
    const server = new Slow();
    let now = 0;
    const loader = new TileLoader(server.fetch, () => undefined, 10_000, () => now);
    loader.want(row(0, 1));
    await server.fail('0/0/0');

    loader.want(row(0, 1));
    expect(server.asked).toHaveLength(1);

    now = 10_000;
    loader.want(row(0, 1));
    expect(server.asked).toHaveLength(2);
    loader.clear();
  });
});
