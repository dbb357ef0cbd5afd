import { describe, expect, test } from 'vitest';

import { ACTIONS, actionFor, categoryActions, keyOf, type Studio } from '../src/editor/actions';
import * as changes from '../src/editor/changes';
import { Editor } from '../src/editor/editor';
import { WorkMeter } from '../src/editor/meter';
import { Grid } from '../src/geometry/grid';
import { overlaps } from '../src/geometry/bounds';
import { fold } from '../src/model/fold';
import { uuid7 } from '../src/model/ids';
import type { Operation } from '../src/model/operations';
import { annotation, BOX, ONTOLOGY } from './support';

function editor(ids: string[] = []) {
  const sent: Operation[] = [];
  const made = new Editor({
    width: 100,
    height: 80,
    annotations: ids.map((id) => annotation(id)),
    ontology: ONTOLOGY,
    member: 'ana',
  });
  made.onOperations = (operations) => sent.push(...operations);
  return { made, sent, ids: () => made.store.all().map((a) => a.id) };
}

test('drawing gives the current category, its defaults, and one operation', () => {
  const { made, sent } = editor();
  changes.addShape(made, BOX);

  expect(made.store.all()[0]).toMatchObject({ category: 'cell', shape: BOX, attributes: { size: 3 } });
  expect(sent).toMatchObject([{ kind: 'put', annotation: { category: 'cell' } }]);
});

test('undoing everything leads back to the start, redoing everything to the end, whatever was done', () => {
  let seed = 7;
  const chance = (below: number) => (seed = (seed * 16807) % 2147483647) % below;
  for (let round = 0; round < 30; round++) {
    const { made, ids } = editor(['a', 'b', 'c']);
    const start = JSON.stringify(made.store.all().map((a) => [a.id, a.category, a.shape]).sort());
    for (let step = 0; step < 25; step++) {
      const all = ids();
      const id = all[chance(all.length || 1)] ?? '';
      const act = chance(5);
      if (act === 0) changes.addShape(made, { ...BOX, left: chance(9) });
      else if (act === 1) changes.remove(made, [id]);
      else if (act === 2) changes.recategorize(made, [id], 'dirt');
      else if (act === 3) changes.judge(made, [id], 'returned');
      else changes.reshape(made, new Map([[id, { ...BOX, right: 60 + chance(9) }]]), 'Move');
    }
    const end = JSON.stringify(made.store.all().map((a) => [a.id, a.category, a.shape]).sort());
    while (made.history.canUndo) made.undo();
    expect(JSON.stringify(made.store.all().map((a) => [a.id, a.category, a.shape]).sort())).toBe(start);
    while (made.history.canRedo) made.redo();
    expect(JSON.stringify(made.store.all().map((a) => [a.id, a.category, a.shape]).sort())).toBe(end);
  }
});

test('what is sent folds to what is shown, undo included', () => {
  const { made, sent } = editor();
  changes.addShape(made, BOX);
  changes.addShape(made, { ...BOX, left: 1 });
  made.undo();
  changes.addShape(made, { ...BOX, left: 2 });
  made.undo();
  made.redo();

  const shown = made.store.all().map((a) => [a.id, a.shape]);
  expect(fold([], sent).map((a) => [a.id, a.shape])).toEqual(shown);
});

test('an edit takes a verdict away, as on the server', () => {
  const put = { kind: 'put', id: '1', at: 0, seconds: 0, annotation: { id: 'a', category: 'cell' } } as const;
  const judge = { kind: 'judge', id: '2', at: 0, seconds: 0, annotation: 'a', verdict: 'returned' } as const;

  expect(fold([], [put, judge])[0]?.evidence?.verdict).toBe('returned');
  expect(fold([], [put, judge, put])[0]?.evidence?.verdict ?? null).toBeNull();
});

test('attributes that the new category does not know are dropped', () => {
  const { made } = editor(['a']);
  changes.setAttribute(made, ['a'], 'size', 9);
  changes.recategorize(made, ['a'], 'dirt');

  expect(made.store.get('a')?.attributes).toEqual({});
});

test('locked and hidden annotations are left alone', () => {
  const { made, ids } = editor(['a', 'b', 'c']);
  made.view.toggle('locked', 'a');
  made.view.toggle('hidden', 'b');
  changes.remove(made, ['a', 'b', 'c']);

  expect(ids()).toEqual(['a', 'b']);
});

test('accepted predictions keep where they came from and are not taken twice', () => {
  const { made, sent } = editor();
  const predicted = { ...annotation('p'), evidence: { score: 0.8 } };
  changes.acceptPredicted(made, [predicted], 'model@1');
  changes.acceptPredicted(made, [predicted], 'model@1');

  expect(made.store.size).toBe(1);
  expect(sent).toMatchObject([{ prediction: 'p', model: 'model@1', score: 0.8 }]);
});

test('a copy can be pasted on the next item, where it keeps its place', () => {
  const { made } = editor(['a']);
  made.selection.select(['a']);
  changes.copy(made);
  const next = editor();
  changes.paste(next.made);
  changes.paste(made);

  expect(next.made.store.all()[0]?.shape).toEqual(BOX);
  expect(made.store.all()[1]?.shape).not.toEqual(BOX);
});

test('a tag is put on the item and taken off again', () => {
  const { made } = editor();
  changes.toggleTag(made, 'blurry');
  expect(made.store.all()).toMatchObject([{ category: 'blurry' }]);

  changes.toggleTag(made, 'blurry');
  expect(made.store.size).toBe(0);
});

describe('the action table', () => {
  const studio = (parts: Partial<Studio> = {}): Studio => ({
    editor: editor(['a']).made,
    isReview: false,
    canSubmit: true,
    useTool: () => {},
    feed: () => {},
    isDrawing: () => false,
    toolDraws: () => false,
    submit: () => {},
    accept: () => {},
    sendBack: () => {},
    skip: () => {},
    openPalette: () => {},
    openHelp: () => {},
    hasPredictions: () => false,
    acceptPrediction: () => {},
    ...parts,
  });

  test('has an id for each action', () => {
    expect(new Set(ACTIONS.map((action) => action.id)).size).toBe(ACTIONS.length);
  });

  test.each([
    { isReview: false },
    { isReview: true },
    { isDrawing: () => true },
    { hasPredictions: () => true },
  ])('no two actions of one group answer the same key: %o', (parts) => {
    const at = studio(parts);
    at.editor.selection.select(['a']);
    const possible = ACTIONS.filter((action) => action.enabled?.(at) ?? true);
    const keys = possible.flatMap((action) => action.keys.map((key) => `${action.group} ${key}`));

    expect(keys.filter((key, i) => keys.indexOf(key) !== i)).toEqual([]);
  });

  test('a category answers its own key and its number', () => {
    const at = studio();
    const categories = categoryActions(at.editor);

    expect(actionFor('C', at, categories)?.id).toBe('category.cell');
    expect(actionFor('2', at, categories)?.id).toBe('category.dirt');
  });

  test('keys are read as people write them', () => {
    const event = (key: string, held: Partial<KeyboardEvent> = {}) => keyOf({ key, ...held } as KeyboardEvent);

    expect(event('z', { ctrlKey: true })).toBe('Ctrl+Z');
    expect(event('Z', { ctrlKey: true, shiftKey: true })).toBe('Ctrl+Shift+Z');
    expect(event('?', { shiftKey: true })).toBe('?');
    expect(event('Tab', { shiftKey: true })).toBe('Shift+Tab');
  });
});

test('pauses are not counted as work', () => {
  let now = 0;
  const meter = new WorkMeter(() => now);
  for (const moment of [0, 10_000, 100_000, 105_000]) {
    now = moment;
    meter.alive();
  }

  expect(meter.lap()).toBe(15);
  expect(meter.lap()).toBe(0);
});

test('the grid finds what looking at everything finds', () => {
  let seed = 3;
  const chance = (below: number) => (seed = (seed * 16807) % 2147483647) % below;
  const grid = new Grid(1000, 700);
  const all = new Map<string, { left: number; top: number; right: number; bottom: number }>();
  for (let i = 0; i < 400; i++) {
    const [left, top] = [chance(1200) - 100, chance(900) - 100];
    const bounds = { left, top, right: left + chance(200), bottom: top + chance(200) };
    grid.put(String(i), bounds);
    all.set(String(i), bounds);
  }
  for (let i = 0; i < 60; i++) {
    const [left, top] = [chance(1100) - 50, chance(800) - 50];
    const area = { left, top, right: left + chance(300), bottom: top + chance(300) };
    const expected = [...all].filter(([, bounds]) => overlaps(bounds, area)).map(([id]) => id);

    expect([...grid.near(area)].sort()).toEqual(expected.sort());
  }
});

test('ids sort by the time they were made', () => {
  const made = [1, 1000, 70_000, 1_700_000_000_000].map((moment) => uuid7(moment));

  expect([...made].sort()).toEqual(made);
  expect(made[3]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});
