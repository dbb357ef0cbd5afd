import { describe, expect, test } from 'vitest';

import { ACTIONS, actionFor, categoryActions, keyOf, type Studio } from '../src/editor/actions';
import * as changes from '../src/editor/changes';
import { Editor } from '../src/editor/editor';
import { Flow } from '../src/editor/flow';
import { WorkMeter } from '../src/editor/meter';
import { Proposals } from '../src/editor/proposals';
import { imagePoint } from '../src/geometry/point';
import { Tree } from '../src/geometry/tree';
import { overlaps } from '../src/geometry/bounds';
import { fold } from '../src/model/fold';
import { freshId, uuid7 } from '../src/model/ids';
import type { Operation } from '../src/model/operations';
import { HandAtWork } from '../src/tools/worker';
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

test('undoing an edit in a review brings the verdict back, here and on the server', () => {
  const sent: Operation[] = [];
  const made = new Editor({ width: 9, height: 9, annotations: [annotation('a')], ontology: ONTOLOGY, member: 'rita', judges: true });
  made.onOperations = (operations) => sent.push(...operations);
  const verdict = () => made.store.get('a')?.evidence?.verdict ?? null;
  changes.judge(made, ['a'], 'returned');
  changes.reshape(made, new Map([['a', { ...BOX, right: 60 }]]), 'Move');
  expect(verdict()).toBeNull();
  made.undo();
  expect(verdict()).toBe('returned');
  changes.remove(made, ['a']);
  made.undo();

  expect(verdict()).toBe('returned');
  expect(fold([annotation('a')], sent)[0]?.evidence?.verdict).toBe('returned');
  made.redo();
  made.undo();
  expect(fold([annotation('a')], sent)[0]?.evidence?.verdict).toBe(verdict());
});

test('where nobody judges, undoing an edit shows what the server keeps', () => {
  const judged = { ...annotation('a'), evidence: { verdict: 'returned' as const } };
  const made = new Editor({ width: 9, height: 9, annotations: [judged], ontology: ONTOLOGY, member: 'ana' });
  const sent: Operation[] = [];
  made.onOperations = (operations) => sent.push(...operations);
  changes.reshape(made, new Map([['a', { ...BOX, right: 60 }]]), 'Move');
  made.undo();

  expect(made.store.get('a')?.evidence?.verdict ?? null).toBeNull();
  expect(sent.map((operation) => operation.kind)).toEqual(['put', 'put']);
});

test('an annotation is not given a category that is never marked so', () => {
  const made = editor(['a']).made;
  const line = { kind: 'polygon' as const, parts: [[[[0, 0], [9, 0], [9, 9]] as [number, number][]]] };
  changes.addShape(made, line);
  const drawn = made.store.all()[1]!.id;
  changes.recategorize(made, ['a', drawn], 'dirt');

  expect(made.store.all().map((entry) => entry.category)).toEqual(['dirt', 'cell']);
});

test('a category that the tool cannot draw brings the tool that can', () => {
  const made = editor().made;
  const hand = new HandAtWork(made);
  hand.use('polygon');
  made.setCategory('dirt');

  expect(hand.current.name).toBe('box');
  hand.use('polygon');
  expect(made.category?.id).toBe('cell');
});

test('of things on one another the smallest is meant, of equals the one on top', () => {
  const { made } = editor(['a', 'b']);
  const small = { ...BOX, left: 20, top: 20, right: 30, bottom: 30 };
  made.takeOver(new Map([['c', annotation('c', small)]]));
  const meant = (x: number, y: number) => made.store.at(imagePoint(x, y), 2, () => true)?.id ?? null;

  expect([meant(25, 25), meant(45, 15), meant(90, 70)]).toEqual(['c', 'b', null]);
});

test('what is asked for by place comes in painting order', () => {
  const names = Array.from({ length: 60 }, (_, i) => `n${(i * 37) % 60}`);
  const { made } = editor(names);
  changes.remove(made, ['n5']);
  made.undo();
  const area = { left: 0, top: 0, right: 20, bottom: 20 };

  expect(made.store.inside(area).map((a) => a.id)).toEqual(made.store.all().map((a) => a.id));
  expect(made.store.ordered(new Set(['n5', 'n37', 'n0', 'gone'])).map((a) => a.id)).toEqual(['n0', 'n37', 'n5']);
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
  const { made: at } = editor(['a']);
  const proposing = new Flow(at, new Proposals(at));
  proposing.proposals.add({ id: 'm', name: 'm', kind: 'model', annotations: [annotation('p')] });
  const studio = (parts: Partial<Studio> = {}): Studio => ({
    editor: at,
    flow: new Flow(at, new Proposals(at)),
    isReview: false,
    canSubmit: true,
    useTool: () => {},
    feed: () => {},
    can: () => true,
    toolName: () => 'select',
    tune: () => {},
    again: () => {},
    knows: () => true,
    isDrawing: () => false,
    toolDraws: () => false,
    submit: () => {},
    accept: () => {},
    sendBack: () => {},
    skip: () => {},
    openPalette: () => {},
    openHelp: () => {},
    goToItem: () => {},
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
    { flow: proposing },
  ])('no two actions of one group answer the same key: %o', (parts) => {
    const at = studio(parts);
    at.editor.selection.select(['a']);
    const possible = ACTIONS.filter((action) => action.enabled?.(at) ?? true);
    const keys = possible.flatMap((action) => action.keys.map((key) => `${action.group} ${key}`));

    expect(keys.filter((key, i) => keys.indexOf(key) !== i)).toEqual([]);
  });

  test('nothing that leaves an item or changes its work at large runs again while its key is held', () => {
    const repeating = ACTIONS.filter((action) => action.repeats);

    expect(repeating.filter((action) => action.group === 'Task' || action.group === 'Review')).toEqual([]);
    expect(repeating.map((action) => action.id)).not.toContain('edit.paste');
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

  test('keys mean the same on other keyboards', () => {
    const event = (key: string, code: string, held: string[] = []) =>
      keyOf({
        key,
        code,
        shiftKey: held.includes('Shift'),
        altKey: held.includes('Alt') || held.includes('AltGraph'),
        ctrlKey: held.includes('AltGraph'),
        getModifierState: (name: string) => held.includes(name),
      } as unknown as KeyboardEvent);

    expect(event(')', 'Digit0', ['Shift'])).toBe('Shift+0'); // United States
    expect(event('1', 'Digit1', ['Shift'])).toBe('1'); // France
    expect(event('[', 'Digit8', ['AltGraph'])).toBe('['); // Germany
    expect(event('˙', 'KeyH', ['Alt'])).toBe('Alt+H'); // a Mac
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
  const tree = new Tree();
  const all = new Map<string, { left: number; top: number; right: number; bottom: number }>();
  for (let i = 0; i < 400; i++) {
    const [left, top] = [chance(1200) - 100, chance(900) - 100];
    const bounds = { left, top, right: left + chance(200), bottom: top + chance(200) };
    tree.put(String(i), bounds);
    all.set(String(i), bounds);
  }
  for (let i = 0; i < 60; i++) {
    const [left, top] = [chance(1100) - 50, chance(800) - 50];
    const area = { left, top, right: left + chance(300), bottom: top + chance(300) };
    const expected = [...all].filter(([, bounds]) => overlaps(bounds, area)).map(([id]) => id);

    expect([...tree.near(area)].sort()).toEqual(expected.sort());
  }
});

test('ids sort by the time they were made', () => {
  const made = [1, 1000, 70_000, 1_700_000_000_000].map((moment) => uuid7(moment));

  expect([...made].sort()).toEqual(made);
  expect(made[3]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test('ids keep their order within one millisecond, and when the clock is set back', () => {
  const late = Date.now() + 60_000;
  const made = [...Array.from({ length: 5000 }, () => freshId(late)), freshId(late - 30_000)];

  expect([...made].sort()).toEqual(made);
  expect(new Set(made).size).toBe(made.length);
});
