import { expect, test } from 'vitest';

import { covers, invertCategory, readFilter, toggleAttribute, toggleCategory, toggleRange, toggleValue, writeFilter } from './filter';

test('a filter goes into the address and comes back', () => {
  const filter = { text: 'a & b?', states: ['done'], annotations: { min: 2 }, near_duplicates: false };

  expect(readFilter(writeFilter(filter))).toEqual(filter);
});

test('parts that say nothing leave no trace in the address', () => {
  expect(writeFilter({ text: '', states: [], annotations: {}, created: { since: '' } })).toBe('');
});

test('an address that was damaged shows everything', () => {
  expect(readFilter('{"states":')).toEqual({});
  expect(readFilter('[1]')).toEqual({});
});

test('a second click takes the first one back', () => {
  const once = toggleValue({}, 'states', 'done');
  expect(once).toEqual({ states: ['done'] });
  expect(writeFilter(toggleValue(once, 'states', 'done'))).toBe('');

  const range = toggleRange({}, 'annotations', { min: 1, max: 3 });
  expect(range.annotations).toEqual({ min: 1, max: 3 });
  expect(writeFilter(toggleRange(range, 'annotations', { min: 1, max: 3 }))).toBe('');

  const attribute = toggleAttribute({}, 'cat', 'old', true);
  expect(attribute.attributes).toEqual([{ category: 'cat', attribute: 'old', values: [true] }]);
  expect(writeFilter(toggleAttribute(attribute, 'cat', 'old', true))).toBe('');
});

test('a category is asked for, then asked to be absent, then let go of', () => {
  const asked = toggleCategory({}, 'cat');
  const absent = invertCategory(asked, 'cat');

  expect(absent.categories).toEqual([{ category: 'cat', has: false }]);
  expect(invertCategory(absent, 'cat').categories).toEqual([{ category: 'cat' }]);
  expect(writeFilter(toggleCategory(absent, 'cat'))).toBe('');
});

test('a bin is lit where the range covers it', () => {
  expect(covers({ min: 2 }, { min: 2, max: 3 })).toBe(true);
  expect(covers({ min: 2, max: 2 }, { min: 2, max: 3 })).toBe(false);
  expect(covers(undefined, { min: 2, max: 3 })).toBe(false);
});
