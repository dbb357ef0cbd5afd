import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { TiledPicture } from '../src/render/tiled-picture';
import { halving } from '../src/render/tiling';

type Told = { state: 'ready' | 'making' | 'failed'; done: number; problem: string | null };

const TILING = halving(40_000, 30_000, 512, 1, 8);
const making = (done: number): Told => ({ state: 'making', done, problem: null });
const READY: Told = { state: 'ready', done: 1, problem: null };

/** What the server answers when it is asked how far the tiles are, one after the other. */
let answers: (Told | number | Error)[] = [];
let asked = 0;

beforeEach(() => {
  vi.useFakeTimers();
  asked = 0;
  vi.stubGlobal('HTMLImageElement', class {});
  vi.stubGlobal('fetch', async () => {
    asked++;
    const next = answers.length > 1 ? answers.shift()! : answers[0]!;
    if (next instanceof Error) throw next;
    if (typeof next === 'number') return { ok: false, status: next };
    return { ok: true, status: 200, json: async () => next };
  });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function picture(first: Told | null): Promise<TiledPicture> {
  const preview = { width: 2048, height: 1536 } as unknown as CanvasImageSource;
  const made = new TiledPicture(preview, TILING, null, '/api/v1/items/1/tiles', Promise.resolve(first));
  await vi.advanceTimersByTimeAsync(0);
  return made;
}

describe('a tiled picture', () => {
  test('is sharp at once where the server has its tiles', async () => {
    const shown = await picture(READY);

    expect(shown.sharpness.state).toBe('sharp');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked).toBe(0);
  });

  test('tells how far its tiles are, until they are there', async () => {
    answers = [making(0.4), making(0.8), READY];
    const shown = await picture(making(0.1));
    const seen = [shown.sharpness.done];
    shown.changed.subscribe(() => seen.push(shown.sharpness.done));

    await vi.advanceTimersByTimeAsync(5_000);

    expect(seen).toEqual([0.1, 0.4, 0.8, 1]);
    expect(shown.sharpness.state).toBe('sharp');
    expect(asked).toBe(3);
  });

  test('waits through a dead network and a server that is starting', async () => {
    answers = [new Error('network'), 503, READY];
    const shown = await picture(null);

    expect(shown.sharpness.state).toBe('making');
    await vi.advanceTimersByTimeAsync(5_000);

    expect(shown.sharpness.state).toBe('sharp');
  });

  test('says why it does not get sharper, and asks again after a minute', async () => {
    answers = [READY];
    const shown = await picture({ state: 'failed', done: 0, problem: 'no room' });

    expect(shown.sharpness).toEqual({ state: 'coarse', done: 0, problem: 'no room' });
    await vi.advanceTimersByTimeAsync(30_000);
    expect(asked).toBe(0);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(shown.sharpness.state).toBe('sharp');
  });

  test('whose file is gone says so', async () => {
    answers = [404];
    const shown = await picture(null);

    await vi.advanceTimersByTimeAsync(2_000);

    expect(shown.sharpness).toMatchObject({ state: 'coarse', problem: expect.stringContaining('gone') });
  });

  test('that is put away asks nothing more', async () => {
    answers = [making(0.5)];
    const shown = await picture(making(0.1));

    shown.rest();
    await vi.advanceTimersByTimeAsync(60_000);

    expect(asked).toBe(0);
  });

  test('does not ask for ever', async () => {
    answers = [making(0.5)];
    const shown = await picture(making(0.1));

    await vi.advanceTimersByTimeAsync(2 * 3_600_000);

    expect(shown.sharpness.state).toBe('coarse');
    expect(asked).toBeLessThan(1000);
  });
});
