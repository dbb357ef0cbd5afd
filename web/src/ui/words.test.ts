import { describe, expect, test } from 'vitest';

import { targetWords } from './brief/target-words';
import { outline } from './item-picture';
import { touchedBy } from './live';
import { ago, atLeast, bytes, count, duration, percent } from './words';

describe('numbers in words', () => {
  test('the end of the bar is reached only when all is done', () => {
    expect(percent(999, 1000)).toBe('99 %');
    expect(percent(1, 1000)).toBe('< 1 %');
    expect(percent(0, 0)).toBe('0 %');
    expect(percent(5, 5)).toBe('100 %');
  });

  test('sizes and durations use units that fit', () => {
    expect(bytes(999)).toBe('999 B');
    expect(bytes(1_500_000)).toBe('1.5 MB');
    expect(duration(0.4)).toBe('< 1 s');
    expect(duration(59.7)).toBe('1 min 0 s');
    expect(duration(90_000)).toBe('1 d 1 h');
    expect(count(1, 'entry', 'entries')).toBe('1 entry');
  });

  test('times are told from now', () => {
    const now = Date.parse('2026-01-01T12:00:00Z');

    expect(ago('2026-01-01T11:59:50Z', now)).toBe('just now');
    expect(ago('2026-01-01T11:57:00Z', now)).toBe('3 minutes ago');
    expect(ago('2025-12-31T12:00:00Z', now)).toBe('yesterday');
  });
});

test('a role includes the roles below it, and nothing is no role', () => {
  expect(atLeast('manager', 'reviewer')).toBe(true);
  expect(atLeast('annotator', 'reviewer')).toBe(false);
  expect(atLeast(null, 'annotator')).toBe(false);
});

test('a target reads as a sentence', () => {
  expect(targetWords({ kind: 'box', metric: 'precision', value: 0.97, iou: 0.7, confidence: 0.95 })).toBe(
    'At least 97 % of the boxes are right, counted from an IoU of 0.7, shown with 95 % confidence.',
  );
});

test('a mask is outlined row by row inside its window', () => {
  expect(outline({ kind: 'mask', left: 10, top: 20, width: 3, height: 2, runs: [1, 3, 2] })).toBe(
    'M11 20h2v1h-2zM10 21h1v1h-1z',
  );
});

test('a polygon with a hole is drawn as two rings', () => {
  const parts: [number, number][][][] = [[[[0, 0], [4, 0], [4, 4]], [[1, 1], [2, 1], [2, 2]]]];

  expect(outline({ kind: 'polygon', parts })).toBe('M0 0L4 0L4 4ZM1 1L2 1L2 2Z');
});

test('an event touches only its own project', () => {
  const keys = touchedBy('release.created', 'p1');

  expect(keys).toEqual([['project', 'p1', 'releases']]);
  expect(touchedBy('something.new', 'p1')).toEqual([]);
});
