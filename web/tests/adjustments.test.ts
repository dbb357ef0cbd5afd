import { describe, expect, test } from 'vitest';

import {
  adjusted,
  type Adjustments,
  deepTable,
  type Depth,
  equalized,
  isPlain,
  keyOfAdjustments,
  nextChannel,
  PLAIN,
  plainTable,
  windowAndLevel,
  windowOf,
} from '../src/editor/adjustments';
import { View } from '../src/editor/view';
import { deepValues, histogramOf, histogramOfPixels, recipeOf, turnPixels } from '../src/render/adjusting';

const DEPTH: Depth = { bits: 16, minimum: 100, maximum: 4095, low: 200, high: 3000, zero: 0, step: 1 };

const with_ = (values: Partial<Adjustments>) => adjusted(PLAIN, values);
const pixel = (red: number, green: number, blue: number) => ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;

test('plain adjustments change nothing', () => {
  expect([...plainTable(PLAIN, null)]).toEqual(Array.from({ length: 256 }, (_, value) => value));
  expect(recipeOf(PLAIN, null, null)).toBeNull();
  expect(isPlain(with_({ gamma: 1 }))).toBe(true);
});

test.each([
  [{ invert: true }, 0, 255],
  [{ invert: true }, 200, 55],
  [{ brightness: 2 }, 100, 200],
  [{ brightness: 2 }, 200, 255],
  [{ contrast: 2 }, 128, 128],
  [{ contrast: 2 }, 100, 73],
  [{ contrast: 2 }, 10, 0],
  [{ gamma: 2 }, 64, 128],
  [{ gamma: 2 }, 255, 255],
  [{ gamma: 0.5 }, 128, 64],
])('%o turns %i into %i', (values, before, after) => {
  expect(Math.abs(plainTable(with_(values), null)[before]! - after)).toBeLessThanOrEqual(1);
});

test('every table rises, or falls where it inverts', () => {
  for (const values of [{ gamma: 2.2 }, { contrast: 1.7 }, { brightness: 0.4, gamma: 0.3 }, { equalize: true }]) {
    const table = [...plainTable(with_(values), histogramOf(new Uint16Array([3, 9, 9, 200])))];
    const back = [...plainTable(with_({ ...values, invert: true }), null)];

    expect(table).toEqual([...table].sort((a, b) => a - b));
    expect(back).toEqual([...back].sort((a, b) => b - a));
  }
});

test('values stay in their ranges', () => {
  const far = with_({ brightness: 99, contrast: -3, gamma: 0 });

  expect([far.brightness, far.contrast, far.gamma]).toEqual([3, 0.2, 0.2]);
});

test('different looks have different keys', () => {
  const looks = [{}, { invert: true }, { channel: 'red' as const }, { window: { low: 1, high: 2 } }, { equalize: true }, { gamma: 1.1 }];

  expect(new Set(looks.map((values) => keyOfAdjustments(with_(values)))).size).toBe(looks.length);
});

test('the channels follow one another in a round', () => {
  expect(nextChannel('all')).toBe('red');
  expect(nextChannel('blue')).toBe('all');
});

describe('deep pictures', () => {
  test('are shown first as the file suggests', () => {
    const table = deepTable(PLAIN, DEPTH, null);

    expect([table[0], table[200], table[3000], table[4095]]).toEqual([0, 0, 255, 255]);
    expect(Math.abs(table[1600]! - 128)).toBeLessThanOrEqual(1);
  });

  test('window and level are in the values of the file', () => {
    const wide = with_({ window: windowOf(1000, 2000, DEPTH) });
    const table = deepTable(wide, DEPTH, null);

    expect(windowAndLevel(wide, DEPTH)).toEqual({ window: 1000, level: 2000 });
    expect(windowAndLevel(PLAIN, DEPTH)).toEqual({ window: 2800, level: 1600 });
    expect([table[1499], table[2501]]).toEqual([0, 255]);
    expect(Math.abs(table[2000]! - 128)).toBeLessThanOrEqual(1);
  });

  test('values with a step and a zero of their own are windowed by what they are', () => {
    const float: Depth = { ...DEPTH, bits: 32, minimum: -1, maximum: 1, low: -1, high: 1, zero: -1, step: 2 / 65_535 };
    const table = deepTable(with_({ window: { low: 0, high: 0.5 } }), float, null);

    expect([table[32_700], table[49_160]]).toEqual([0, 255]);
    expect(Math.abs(table[40_959]! - 128)).toBeLessThanOrEqual(1);
  });

  test('an empty window is a step wide, not a division by nothing', () => {
    expect(windowOf(0, 1000, DEPTH)).toEqual({ low: 999.5, high: 1000.5 });
    const table = deepTable(with_({ window: { low: 1000, high: 1000 } }), DEPTH, null);
    expect([table[999], table[1001]]).toEqual([0, 255]);
  });

  test('a deep picture of one value is shown', () => {
    const flat: Depth = { ...DEPTH, minimum: 7, maximum: 7, low: 7, high: 7 };

    expect(deepTable(PLAIN, flat, null).every((value) => value >= 0 && value <= 255)).toBe(true);
  });

  test('two colors are one value', () => {
    expect([...deepValues(new Uint32Array([pixel(0x12, 0x34, 0), pixel(255, 255, 0), pixel(0, 1, 0)]))]).toEqual([0x1234, 65_535, 1]);
  });
});

test('an equalized ramp of three values uses black, the middle and white', () => {
  const histogram = new Uint32Array(256);
  [histogram[10], histogram[11], histogram[12]] = [5, 5, 5];
  const share = equalized(histogram);

  expect([share[10], share[11], share[12]]).toEqual([0, 0.5, 1]);
  expect([share[0], share[255]]).toEqual([0, 1]);
});

test('equalizing nothing, or a single value, is no error', () => {
  expect(equalized(new Uint32Array(4))[3]).toBe(1);
  const one = new Uint32Array(256);
  one[40] = 9;
  expect(plainTable(with_({ equalize: true }), one)).toHaveLength(256);
});

test('colors keep their channels, and a single channel becomes gray', () => {
  const pixels = new Uint32Array([pixel(10, 20, 30), pixel(0, 255, 128)]);
  turnPixels(pixels, recipeOf(with_({ invert: true }), null, null)!);
  expect([...pixels]).toEqual([pixel(245, 235, 225), pixel(255, 0, 127)]);

  const single = new Uint32Array([pixel(10, 20, 30)]);
  turnPixels(single, recipeOf(with_({ channel: 'green' }), null, null)!);
  expect(single[0]).toBe(pixel(20, 20, 20));
});

test('histograms count brightness or a channel', () => {
  const pixels = new Uint32Array([pixel(255, 255, 255), pixel(255, 0, 0), pixel(0, 0, 9)]);

  expect(histogramOfPixels(pixels, 'red')[255]).toBe(2);
  expect(histogramOfPixels(pixels, 'blue')[9]).toBe(1);
  expect(histogramOfPixels(pixels, 'all')[255]).toBe(1);
});

test('the view tells of adjustments and keeps the others', () => {
  const view = new View();
  let told = 0;
  view.pictureChanged.subscribe(() => told++);
  view.changed.subscribe(() => expect.unreachable('annotations need not be painted anew'));

  view.adjust({ brightness: 2 });
  view.adjust({ invert: true });

  expect(view.adjustments).toMatchObject({ brightness: 2, invert: true, contrast: 1 });
  expect(told).toBe(2);
});
