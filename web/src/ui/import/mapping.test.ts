import { describe, expect, test } from 'vitest';

import type { Category } from '../../wire';
import {
  asValue, attributeChoice, categoryChoice, destination, type FileAttribute, type FileCategory, firstMapping, isPlain,
  laidOver, meetings,
} from './mapping';

const word = (name: string, fields: Partial<FileCategory> = {}): FileCategory => ({
  name, annotations: 1, shapes: ['box'], goes_to: null, ignored: false, suggestion: null, similar: false, ...fields,
});
const attribute = (name: string, fields: Partial<FileAttribute> = {}): FileAttribute => ({
  name, annotations: 1, kind: 'flag', distinct: 2, more_values: false, values: [], categories: [], suggestion: null, ...fields,
});
const CATEGORIES: Category[] = [{ id: 'car', name: 'Car' }, { id: 'bus', name: 'Bus' }];

describe('the first mapping', () => {
  test('takes the namesake, then the suggestion, and creates the rest', () => {
    const mapping = firstMapping({
      file_categories: [word('Car', { goes_to: 'car' }), word('buses', { suggestion: 'bus' }), word('dog')],
      file_attributes: [attribute('occluded'), attribute('Colour', { suggestion: 'color' })],
    });

    expect(mapping.categories).toEqual({
      Car: { do: 'map', to: 'car' }, buses: { do: 'map', to: 'bus' }, dog: { do: 'create' },
    });
    expect(mapping.attributes).toEqual({
      occluded: { do: 'create', kind: 'flag' }, Colour: { do: 'map', to: 'color' },
    });
  });

  test('prefers what was chosen, then what is remembered', () => {
    const mapping = firstMapping({
      file_categories: [word('Car', { goes_to: 'car' }), word('dog', { suggestion: 'bus' })],
      file_attributes: [],
      mapping: { categories: { Car: { do: 'ignore' } } },
      remembered: { created_at: '', mapping: { categories: { Car: { do: 'create' }, dog: { do: 'ignore' } } } },
    });

    expect(mapping.categories).toEqual({ Car: { do: 'ignore' }, dog: { do: 'ignore' } });
  });

  test('a word that every object has is no choice', () => {
    const mapping = firstMapping({ file_categories: [word('constructor')], file_attributes: [], mapping: { categories: {} } });

    expect(mapping.categories).toEqual({ constructor: { do: 'create' } });
  });
});

test('a preview is plain only if every word goes to its namesake', () => {
  const found = { file_categories: [word('Car', { goes_to: 'car' })], file_attributes: [] };

  expect(isPlain(found, firstMapping(found))).toBe(true);
  expect(isPlain(found, { categories: { Car: { do: 'ignore' } }, attributes: {} })).toBe(false);
});

test('words that lead to one category meet there, new or not', () => {
  const mapping = {
    categories: {
      a: { do: 'map', to: 'car' }, b: { do: 'create', name: 'CAR' }, c: { do: 'create', name: 'Dog' },
      Dog: { do: 'create' }, e: { do: 'ignore' },
    },
    attributes: {},
  } as const;

  expect([...meetings(mapping, CATEGORIES)]).toEqual([['car', 2], ['Dog', 2]]);
  expect(destination('e', { do: 'ignore' }, CATEGORIES)).toBeNull();
});

test('choices go through a list and come back', () => {
  for (const value of ['ignore', 'create', 'to:car']) expect(asValue(categoryChoice(value))).toBe(value);
  for (const value of ['ignore', 'create:text', 'to:color']) expect(asValue(attributeChoice(value))).toBe(value);
});

test('a mapping file changes the words that are there and no others', () => {
  const before = firstMapping({ file_categories: [word('dog')], file_attributes: [] });

  const after = laidOver(before, '{"categories": {"dog": {"do": "ignore"}, "cat": {"do": "ignore"}}}');

  expect(after.categories).toEqual({ dog: { do: 'ignore' } });
  expect(() => laidOver(before, '[]')).toThrow();
  expect(() => laidOver(before, 'nonsense')).toThrow();
});
