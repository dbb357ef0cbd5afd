import { expect, test } from 'vitest';

import type { Annotation, Document } from '../../wire';
import { differences } from './differences';
import { held, stillAsked } from './lesson-form';
import type { GoldItem, GoldScore } from './wire';
import { percentOf } from './words';

const mark = (id: string, category = 'cat'): Annotation => ({ id, category, attributes: {}, group: null, flags: {} }) as unknown as Annotation;
const document = (...ids: string[]): Document => ({ annotations: ids.map((id) => mark(id)) }) as unknown as Document;
const pair = (reference: string, answer: string, more: Partial<GoldScore['matched'][number]> = {}) => ({
  reference, answer, iou: 0.9, same_category: true, wrong_attributes: [], ...more,
});
const score = (given: Partial<GoldScore>): GoldScore => ({ score: 0.5, iou: null, matched: [], missing: [], extra: [], ...given });

test('what was missed comes first, and what is right last', () => {
  const reference = document('r1', 'r2', 'r3', 'r4');
  const given = document('g1', 'g2', 'g3', 'g5');
  const matched = [
    pair('r1', 'g1'),
    pair('r2', 'g2', { wrong_attributes: ['color'] }),
    pair('r3', 'g3', { same_category: false }),
  ];

  const rows = differences(reference, given, score({ matched, missing: ['r4'], extra: ['g5'] }));

  expect(rows.map(({ kind }) => kind)).toEqual(['missing', 'extra', 'category', 'attributes', 'right']);
  expect(rows.map((row) => [row.reference?.id ?? null, row.given?.id ?? null])).toEqual([
    ['r4', null], [null, 'g5'], ['r3', 'g3'], ['r2', 'g2'], ['r1', 'g1'],
  ]);
});

test('rows of one kind stay in the order they were told in', () => {
  const rows = differences(document('r1', 'r2', 'r3'), document(), score({ missing: ['r3', 'r1', 'r2'] }));

  expect(rows.map(({ reference }) => reference?.id)).toEqual(['r3', 'r1', 'r2']);
});

test('under a wrong category the attributes are not told as wrong too', () => {
  const matched = [pair('r1', 'g1', { same_category: false, wrong_attributes: ['color'] })];

  expect(differences(document('r1'), document('g1'), score({ matched }))[0]!.kind).toBe('category');
});

test('an annotation that the documents do not hold is a row without it', () => {
  const rows = differences(document(), document(), score({ matched: [pair('gone', 'lost')], missing: ['away'] }));

  expect(rows.every(({ reference, given }) => reference === null && given === null)).toBe(true);
});

test('the same id on both sides is two annotations', () => {
  const reference = { annotations: [mark('x', 'cat')] } as unknown as Document;
  const given = { annotations: [mark('x', 'dog')] } as unknown as Document;

  const [row] = differences(reference, given, score({ matched: [pair('x', 'x', { same_category: false })] }));

  expect([row!.reference!.category, row!.given!.category]).toEqual(['cat', 'dog']);
});

test('gold that was retired is no part of what a lesson asks', () => {
  expect(stillAsked(['b', 'gone', 'a'], [{ id: 'a' }, { id: 'b' }, { id: 'c' }])).toEqual(['b', 'a']);
});

test('what a right answer holds is said with names, and nothing as nothing', () => {
  const gold = (categories: Record<string, number>) => ({ categories }) as unknown as GoldItem;
  const names = new Map([['c1', 'Cell']]);

  expect(held(gold({ c1: 3, c9: 1 }), names)).toBe('Cell 3, c9 1');
  expect(held(gold({}), names)).toBe('nothing to mark');
});

test('a share is a whole number of percent', () => {
  expect([0, 0.005, 0.8749, 1].map(percentOf)).toEqual(['0 %', '1 %', '87 %', '100 %']);
});
