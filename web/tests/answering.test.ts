import { describe, expect, test } from 'vitest';

import { answering } from '../src/smart/answering';
import type { PictureSource, Predictor } from '../src/smart/predictor';
import { keyOf, onItem, sizeOfCopy, stepDown, wholeOr, windowOf } from '../src/smart/window';

const PICTURE: PictureSource = {
  width: 10,
  height: 10,
  sharpest: () => 1,
  read: () => Promise.reject(new Error('not read here')),
};
const LIVE = new AbortController().signal;

function learned(fails = 0) {
  let readied = 0;
  const predictor: Predictor = {
    name: 'learned',
    ready: () => (readied++ < fails ? Promise.reject(new Error('no weights')) : Promise.resolve()),
    propose: ({ predictor: name }) => Promise.resolve({ predictor: name, shape: null, score: 0.5 }),
  };
  return { table: { learned: () => Promise.resolve(predictor) }, times: () => readied };
}

describe('who answers', () => {
  test('a predictor of the table, made ready once', async () => {
    const { table, times } = learned();
    const { answer } = answering(Promise.resolve(PICTURE), table);

    await answer({ predictor: 'learned' }, LIVE);
    expect(await answer({ predictor: 'learned' }, LIVE)).toMatchObject({ score: 0.5 });
    expect(times()).toBe(1);
  });

  test('an unknown name is refused with the known ones', async () => {
    const { answer } = answering(Promise.resolve(PICTURE), learned().table);

    await expect(answer({ predictor: 'toString' }, LIVE)).rejects.toThrow('There are: learned');
  });

  test('what failed to get ready is tried again', async () => {
    const { answer } = answering(Promise.resolve(PICTURE), learned(1).table);

    await expect(answer({ predictor: 'learned' }, LIVE)).rejects.toThrow('no weights');
    await expect(answer({ predictor: 'learned' }, LIVE)).resolves.toMatchObject({ score: 0.5 });
  });

  test('a part of the application that is gone since an update is told as such', async () => {
    const gone = { learned: () => Promise.reject(new TypeError('Failed to fetch dynamically imported module')) };
    const { answer } = answering(Promise.resolve(PICTURE), gone);

    await expect(answer({ predictor: 'learned' }, LIVE)).rejects.toThrow('reload the page');
  });

  test('a picture that did not load says so in its own words', async () => {
    const { answer } = answering(Promise.reject(new Error('The picture could not be loaded.')), learned().table);

    await expect(answer({ predictor: 'learned' }, LIVE)).rejects.toThrow('The picture could not be loaded.');
  });
});

describe('windows', () => {
  const HUGE = { width: 40_000, height: 30_000 };

  test('a small item is looked at whole, at its own size', () => {
    const window = wholeOr({ left: 50, top: 50, right: 60, bottom: 60 }, { width: 640, height: 480 }, 3_000_000, 1);

    expect(window).toEqual({ area: { left: 0, top: 0, right: 640, bottom: 480 }, scale: 1 });
  });

  test('a copy stays within its budget and on the item, wherever one looks', () => {
    for (const zoom of [1, 3, 17, 200, 4000]) {
      const area = { left: -zoom * 3, top: 20_000, right: zoom * 9, bottom: 20_000 + zoom * 7 };
      const window = windowOf(area, HUGE, 500_000)!;
      const { width, height } = sizeOfCopy(window);

      expect(width * height).toBeLessThanOrEqual(500_000 * 1.01);
      expect(window.area.left).toBe(0);
      expect(window.area.bottom).toBeLessThanOrEqual(30_000);
    }
  });

  test('looking closer reaches the pixels of the item', () => {
    expect(windowOf({ left: 5000, top: 5000, right: 5600, bottom: 5400 }, HUGE, 500_000)?.scale).toBe(1);
  });

  test('never finer than what can be had', () => {
    expect(windowOf({ left: 0, top: 0, right: 100, bottom: 100 }, HUGE, 500_000, 0.06)?.scale).toBeLessThanOrEqual(0.06);
  });

  test('a little panning keeps the window', () => {
    const at = (left: number) => keyOf(wholeOr({ left, top: 1000, right: left + 4000, bottom: 3900 }, HUGE, 500_000, 1)!);

    expect(at(2100)).toBe(at(2140));
  });

  test('off the item there is none', () => {
    expect(onItem({ left: -9, top: 0, right: 0, bottom: 5 }, HUGE)).toBeNull();
    expect(windowOf({ left: 40_000, top: 0, right: 41_000, bottom: 5 }, HUGE, 1000)).toBeNull();
  });

  test('scales go down in steps and never up', () => {
    for (const scale of [1, 0.99, 0.71, 0.7, 0.5, 0.03]) {
      expect(stepDown(scale)).toBeLessThanOrEqual(scale);
      expect(stepDown(scale)).toBeGreaterThan(scale / 1.42);
      expect(stepDown(stepDown(scale))).toBe(stepDown(scale));
    }
  });
});
