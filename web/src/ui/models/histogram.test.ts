import { expect, test } from 'vitest';

import { binned, BINS, expected, mapped } from './histogram';
import { nameFrom } from './own-model';
import type { Found, Look } from './wire';

const found = (label: string, score: number): Found => ({ label, score, shape: null, attributes: {} });
const look = (lists: Found[][], items: number): Look => ({
  model: 'model:m@1',
  looked: lists.map((list, i) => ({ item: `${i}`, name: `${i}.jpg`, width: 4, height: 4, found: list, problem: null })),
  labels: {},
  mapping: {},
  least_score: 0.3,
  items,
});

test('a score of one lies in the last part, and every score is counted once', () => {
  const bins = binned([0, 0.049, 0.05, 0.999, 1]);

  expect(bins).toHaveLength(BINS);
  expect(bins[0]).toBe(2);
  expect(bins[1]).toBe(1);
  expect(bins[BINS - 1]).toBe(2);
  expect(bins.reduce((sum, n) => sum + n)).toBe(5);
});

test('labels without a category are left out', () => {
  const seen = look([[found('cat', 0.9), found('cow', 0.8)], [found('cat', 0.2)]], 2);

  expect(mapped(seen, { cat: 'c1' }).map(({ score }) => score)).toEqual([0.9, 0.2]);
});

test('what a sample got is carried over to all items, and nothing to nothing', () => {
  expect(expected(look([[], []], 100), 3)).toBe(150);
  expect(expected(look([], 0), 0)).toBe(0);
});

test.each([
  ['My Model v2.onnx', 'my-model-v2'],
  ['__weights.ONNX', 'weights'],
  ['鳥.onnx', ''],
])('the file %s suggests the name %s', (file, name) => {
  expect(nameFrom(file)).toBe(name);
});
