import { expect, test } from 'vitest';

import { addShape, remove, reshape } from '../src/editor/changes';
import { Editor } from '../src/editor/editor';
import { fill, lasso, paint } from '../src/editor/painting';
import {
  cleanSelected,
  combineSelected,
  combineWith,
  convertSelected,
  cut,
  group,
  relate,
  selectGroup,
  setVisibility,
  swapSides,
  thinSelected,
  turnSelected,
  ungroup,
} from '../src/editor/shaping';
import { cornersAlong, snapTo } from '../src/editor/snapping';
import { convert, smallestBox } from '../src/geometry/convert';
import { imagePoint } from '../src/geometry/point';
import { areaOf, KIND_NAMES, moved } from '../src/geometry/shapes';
import { fold } from '../src/model/fold';
import type { Operation } from '../src/model/operations';
import type { Annotation, Ontology, Point, Shape } from '../src/wire';

const ONTOLOGY: Ontology = {
  categories: [
    { id: 'cell', name: 'Cell', shapes: [...KIND_NAMES] },
    { id: 'box', name: 'Only boxes', shapes: ['box'] },
    {
      id: 'person',
      name: 'Person',
      shapes: ['skeleton'],
      skeleton: { keypoints: [{ name: 'l', x: 0, y: 0 }, { name: 'r', x: 1, y: 0 }], edges: [[0, 1]], swaps: [[0, 1]] },
    },
  ],
  relations: [{ id: 'part', name: 'part of' }, { id: 'near', name: 'near', directed: false }],
};

const square = (left: number, top: number, side: number): Shape => ({
  kind: 'polygon',
  parts: [[[[left, top], [left + side, top], [left + side, top + side], [left, top + side]]]],
});
const p = imagePoint;

function editor(annotations: Annotation[] = []) {
  const sent: Operation[] = [];
  const words: string[] = [];
  const made = new Editor({ width: 200, height: 100, annotations, ontology: ONTOLOGY, member: 'ana' });
  made.onOperations = (operations) => sent.push(...operations);
  made.onWord = (word) => words.push(word);
  const shape = (id: string) => made.store.get(id)?.shape ?? null;
  return { made, sent, words, shape, area: (id: string) => areaOf(shape(id)!) };
}

const shaped = (id: string, shape: Shape, category = 'cell'): Annotation => ({ id, category, shape });

test('a stroke begins a mask, the next one goes on with it, Alt takes away, undo brings back', () => {
  const { made, area, sent } = editor();
  paint(made, { points: [p(20, 20), p(60, 20)], radius: 5, erase: false, target: null });
  const id = made.store.all()[0]!.id;
  const before = area(id);
  paint(made, { points: [p(60, 20), p(60, 60)], radius: 5, erase: false, target: id });
  expect(area(id)).toBeGreaterThan(before);
  paint(made, { points: [p(60, 60)], radius: 8, erase: true, target: id });
  made.undo();
  made.undo();

  expect(area(id)).toBe(before);
  expect(made.store.size).toBe(1);
  expect(fold([], sent)[0]?.shape).toEqual(made.store.get(id)?.shape);
});

test('a mask never leaves the picture, and one that would lie outside is none', () => {
  const { made, words } = editor();
  paint(made, { points: [p(0, 0)], radius: 10, erase: false, target: null });
  paint(made, { points: [p(-50, -50)], radius: 10, erase: false, target: null });

  expect(made.store.all()).toHaveLength(1);
  expect(made.store.all()[0]!.shape).toMatchObject({ left: 0, top: 0 });
  expect(words).toEqual(['That lies outside the picture.']);
});

test('a mask that is moved over the border ends there, and cannot be moved off the picture', () => {
  const { made, area, shape } = editor([shaped('m', { kind: 'mask', left: 0, top: 0, width: 10, height: 10, runs: [0, 100] })]);
  reshape(made, new Map([['m', moved(shape('m')!, -4, 0)]]), 'Move');
  expect(shape('m')).toMatchObject({ left: 0, width: 6 });
  reshape(made, new Map([['m', moved(shape('m')!, -500, 0)]]), 'Move');

  expect(area('m')).toBe(60);
});

test('a polygon over the border becomes a mask inside it', () => {
  const { made, shape } = editor([shaped('a', square(-10, -10, 40))]);
  made.selection.select(['a']);
  convertSelected(made, 'mask');

  expect(shape('a')).toMatchObject({ kind: 'mask', left: 0, top: 0, width: 30, height: 30 });
});

test('erasing all of a mask deletes it', () => {
  const { made } = editor();
  paint(made, { points: [p(50, 50)], radius: 5, erase: false, target: null });
  paint(made, { points: [p(50, 50)], radius: 9, erase: true, target: null });

  expect(made.store.size).toBe(0);
});

test('in panoptic mode a pixel belongs to one mask', () => {
  const { made, area } = editor();
  paint(made, { points: [p(40, 40)], radius: 20, erase: false, target: null });
  const first = made.store.all()[0]!.id;
  made.selection.clear();
  made.options.set({ panoptic: true });
  const whole = area(first);
  paint(made, { points: [p(60, 40)], radius: 20, erase: false, target: null });
  const second = made.store.all()[1]!.id;

  expect(area(first)).toBeLessThan(whole);
  expect(area(first) + area(second)).toBeGreaterThan(area(second));
  made.undo();
  expect(area(first)).toBe(whole);
});

test('a lasso sets what it holds; a click fills a hole, and says so where there is none', () => {
  const { made, area, words } = editor();
  lasso(made, [p(10, 10), p(60, 10), p(60, 60), p(10, 60)], false, null);
  const id = made.store.all()[0]!.id;
  expect(area(id)).toBe(2500);
  lasso(made, [p(20, 20), p(30, 20), p(30, 30), p(20, 30)], true, id);
  expect(area(id)).toBe(2400);
  fill(made, p(25, 25));
  fill(made, p(90, 90));

  expect(area(id)).toBe(2500);
  expect(words).toEqual(['There is no closed hole of a mask here.']);
});

test('holes and parts change what is selected, polygons and masks alike', () => {
  const { made, area } = editor([shaped('a', square(0, 0, 50)), shaped('m', convert(square(60, 0, 30), 'mask', 1)!.shape)]);
  made.selection.select(['a', 'm']);
  combineWith(made, 'subtract', [p(10, 10), p(20, 10), p(20, 20), p(10, 20)]);
  combineWith(made, 'join', [p(100, 0), p(110, 0), p(110, 10), p(100, 10)]);

  expect(area('a')).toBeCloseTo(2500 - 100 + 100);
  expect(area('m')).toBe(900 + 100);
});

test('joining uses the others up, subtracting leaves them', () => {
  const { made, area } = editor([shaped('a', square(0, 0, 20)), shaped('b', square(10, 0, 20)), shaped('c', { kind: 'box', left: 0, top: 10, right: 20, bottom: 30 })]);
  made.selection.select(['a']);
  made.selection.select(['c'], 'add');
  combineSelected(made, 'subtract');
  expect(area('a')).toBeCloseTo(200);
  made.selection.select(['a']);
  made.selection.select(['b'], 'add');
  combineSelected(made, 'join');

  expect(made.store.all().map(({ id }) => id)).toEqual(['a', 'c']);
  expect(area('a')).toBeCloseTo(200 + 400 - 100);
  made.undo();
  expect(made.store.get('b')).toBeDefined();
});

test('combining says why where it cannot', () => {
  const { made, words } = editor([shaped('a', square(0, 0, 20)), shaped('b', square(50, 50, 20)), shaped('l', { kind: 'polyline', points: [[0, 0], [9, 9]] })]);
  made.selection.select(['a']);
  combineSelected(made, 'join');
  made.selection.select(['a', 'b']);
  combineSelected(made, 'intersect');
  made.selection.select(['l', 'b']);
  combineSelected(made, 'join');

  expect(words).toHaveLength(3);
  expect(words[1]).toBe('Nothing would be left.');
  expect(made.store.size).toBe(3);
});

test('a cut leaves the larger piece its id, in polygons and in masks', () => {
  const { made, area, words } = editor([shaped('a', square(0, 0, 30)), shaped('m', convert(square(50, 0, 30), 'mask', 1)!.shape)]);
  cut(made, [p(-5, 10), p(100, 10)]);

  expect(made.store.size).toBe(4);
  expect(area('a')).toBeCloseTo(600);
  expect(area('m')).toBe(600);
  cut(made, [p(150, 90), p(160, 90)]);
  expect(words).toEqual(['The line cuts no polygon and no mask in two.']);
});

test('a mask becomes a polygon and the cost is told', () => {
  const { made, words, shape } = editor();
  paint(made, { points: [p(50, 50)], radius: 30, erase: false, target: null });
  const { id } = made.store.all()[0]!;
  convertSelected(made, 'polygon');

  expect(shape(id)?.kind).toBe('polygon');
  expect(words[0]).toMatch(/^Converted 1: IoU with the shape before is 0\.9\d\d at least\.$/);
});

test('a category that does not know a kind keeps its shape', () => {
  const { made, words, shape } = editor([shaped('b', { kind: 'box', left: 0, top: 0, right: 9, bottom: 9 }, 'box')]);
  made.selection.select(['b']);
  convertSelected(made, 'mask');

  expect(shape('b')?.kind).toBe('box');
  expect(words[0]).toContain('cannot become mask');
});

test.each(KIND_NAMES.filter((kind) => !['points', 'polyline', 'skeleton', 'cuboid'].includes(kind)))('an area becomes %s and covers about the same', (kind) => {
  const made = convert(kind === 'box' ? square(10, 10, 40) : { kind: 'box', left: 10, top: 10, right: 50, bottom: 50 }, kind, 0.5);

  expect(made?.shape.kind ?? kind).toBe(kind);
  if (made && kind !== 'ellipse') expect(made.iou).toBe(1);
});

test('the smallest box around points lies on a side of their hull', () => {
  const points: Point[] = [[10, 0], [20, 10], [10, 20], [0, 10]];
  const box = smallestBox(points)!;

  expect(box.width * box.height).toBeCloseTo(200);
  expect(smallestBox([[0, 0], [5, 5], [9, 9]])).toBeNull();
});

test('a box that is turned becomes a turned box where its category knows those', () => {
  const box: Shape = { kind: 'box', left: 0, top: 0, right: 40, bottom: 20 };
  const { made, shape, words } = editor([shaped('a', box), shaped('b', box, 'box')]);
  made.selection.select(['a']);
  turnSelected(made, Math.PI / 2);
  expect(shape('a')).toMatchObject({ kind: 'rotated_box', width: 40, height: 20 });
  made.selection.select(['b']);
  turnSelected(made, 0.1);

  expect(shape('b')).toEqual(box);
  expect(words[0]).toContain('cannot be turned');
});

test('an outline that crosses itself is kept as what it encloses, and says so', () => {
  const { made, words } = editor();
  addShape(made, { kind: 'polygon', parts: [[[[0, 0], [40, 40], [40, 0], [0, 41]]]] });

  const [drawn] = made.store.all();
  expect(drawn!.shape).toMatchObject({ kind: 'polygon' });
  expect((drawn!.shape as Extract<Shape, { kind: 'polygon' }>).parts).toHaveLength(2);
  expect(words[0]).toContain('crossed itself');
});

test('a shape wholly outside the picture is refused with a word', () => {
  const { made, words } = editor();
  addShape(made, { kind: 'box', left: 300, top: 300, right: 310, bottom: 310 });

  expect(made.store.size).toBe(0);
  expect(words).toHaveLength(1);
});

test('corners are thinned and outlines cleaned', () => {
  const ring = Array.from({ length: 400 }, (_, i): Point => [50 + 40 * Math.cos((i / 200) * Math.PI), 50 + 40 * Math.sin((i / 200) * Math.PI)]);
  const { made, shape } = editor([shaped('a', { kind: 'polygon', parts: [[ring]] })]);
  made.selection.select(['a']);
  thinSelected(made);
  const thin = shape('a') as Extract<Shape, { kind: 'polygon' }>;
  expect(thin.parts[0]![0]!.length).toBeLessThan(60);
  cleanSelected(made);

  expect(areaOf(shape('a')!)).toBeCloseTo(areaOf(thin), 0);
});

test('groups are made, found and left', () => {
  const { made } = editor([shaped('a', square(0, 0, 9)), shaped('b', square(20, 0, 9)), shaped('c', square(40, 0, 9))]);
  made.selection.select(['a', 'b']);
  group(made);
  made.selection.select(['a']);
  selectGroup(made);
  expect([...made.selection.ids].sort()).toEqual(['a', 'b']);
  ungroup(made);

  expect(made.store.all().map((entry) => entry.group ?? null)).toEqual([null, null, null]);
});

test('a relation is made, taken away by the same again, and goes with what it led to', () => {
  const { made, sent } = editor([shaped('a', square(0, 0, 9)), shaped('b', square(20, 0, 9))]);
  relate(made, 'a', 'b');
  expect(made.store.get('a')?.relations).toEqual([{ kind: 'part', to: 'b' }]);
  remove(made, ['b']);
  expect(made.store.get('a')?.relations).toEqual([]);
  made.undo();
  expect(made.store.get('a')?.relations).toEqual([{ kind: 'part', to: 'b' }]);
  relate(made, 'a', 'b');

  expect(made.store.get('a')?.relations).toEqual([]);
  const start = [shaped('a', square(0, 0, 9)), shaped('b', square(20, 0, 9))];
  expect(fold(start, sent).map((entry) => entry.relations ?? [])).toEqual([[], []]);
});

test('a relation without direction is not made twice', () => {
  const { made } = editor([shaped('a', square(0, 0, 9)), shaped('b', square(20, 0, 9))]);
  made.relationKind = 'near';
  relate(made, 'a', 'b');
  relate(made, 'b', 'a');

  expect(made.store.get('b')?.relations ?? []).toEqual([]);
});

test('left and right are swapped, and the last keypoint stays', () => {
  const { made, shape, words } = editor([shaped('s', { kind: 'skeleton', keypoints: [[1, 2, 2], [8, 2, 1]] }, 'person')]);
  made.selection.select(['s']);
  swapSides(made);
  expect(shape('s')).toEqual({ kind: 'skeleton', keypoints: [[8, 2, 1], [1, 2, 2]] });
  setVisibility(made, 's', 0, 0);
  setVisibility(made, 's', 1, 0);

  expect(shape('s')).toEqual({ kind: 'skeleton', keypoints: [[8, 2, 0], [1, 2, 2]] });
  expect(words[0]).toContain('must stay');
});

test('a place snaps to the nearest corner, else to a side, and never to what is hidden', () => {
  const { made } = editor([shaped('a', square(0, 0, 40))]);

  expect(snapTo(made, p(38, 3), 5, null)).toMatchObject({ at: p(40, 0), isCorner: true, index: 1 });
  expect(snapTo(made, p(20, 3), 5, null)).toMatchObject({ at: p(20, 0), isCorner: false, index: 0 });
  expect(snapTo(made, p(20, 3), 5, 'a')).toBeNull();
  made.view.toggle('hidden', 'a');
  expect(snapTo(made, p(20, 3), 5, null)).toBeNull();
});

test('the way along a border is the shorter one', () => {
  const { made } = editor([shaped('a', square(0, 0, 40))]);
  const [from, near, far] = [snapTo(made, p(0, 20), 2, null)!, snapTo(made, p(30, 0), 2, null)!, snapTo(made, p(30, 40), 2, null)!];

  expect(cornersAlong(made, from, near)).toEqual([p(0, 0)]);
  expect(cornersAlong(made, from, far)).toEqual([p(0, 40)]);
});
