import { expect, test } from 'vitest';

import { boxTool } from '../src/tools/box';
import { polygonTool } from '../src/tools/polygon';
import { selectTool } from '../src/tools/select';
import type { Shape } from '../src/wire';
import { annotation, BOX, drive } from './support';

const square = [
  [0, 0],
  [40, 0],
  [40, 40],
  [0, 40],
] as const;

const added = (shape: object) => [{ do: 'add', shape }];

test('a drag draws a box from corner to corner, whichever way it goes', () => {
  const hand = drive(boxTool).down(50, 40).move(20, 30).up(10, 10);

  expect(hand.commands).toEqual(added(BOX));
});

test('two clicks draw the same box', () => {
  const hand = drive(boxTool).click(10, 10).move(30, 30).click(50, 40);

  expect(hand.commands).toEqual(added(BOX));
});

test('escape during a drag leaves nothing behind', () => {
  const hand = drive(boxTool).down(10, 10).move(50, 40).escape().up(50, 40);

  expect(hand.commands).toEqual([]);
  expect(hand.preview()).toEqual({});
});

test('a box of a slip of the hand is refused', () => {
  expect(drive(boxTool).click(10, 10).move(11, 60).click(11, 60).commands).toEqual([]);
});

test('what counts as a slip depends on the zoom', () => {
  expect(drive(boxTool, { zoom: 20 }).down(10, 10).move(11, 11).up(11, 11).commands).toHaveLength(1);
});

test.each(['first corner', 'enter', 'double click'])('a polygon is closed by %s', (way) => {
  const hand = drive(polygonTool);
  square.forEach(([x, y]) => hand.click(x, y));
  if (way === 'first corner') hand.click(2, 1);
  else if (way === 'enter') hand.enter();
  else hand.double(0, 40);

  expect(hand.commands).toEqual(added({ kind: 'polygon', parts: [[square.map(([x, y]) => [x, y])]] }));
});

test('backspace takes the last corner back', () => {
  const hand = drive(polygonTool).click(0, 0).click(40, 0).click(90, 90).backspace().click(40, 40).enter();

  expect(hand.commands).toEqual(added({ kind: 'polygon', parts: [[[[0, 0], [40, 0], [40, 40]]]] }));
});

test('two corners are no polygon, and neither is a line', () => {
  expect(drive(polygonTool).click(0, 0).click(40, 0).enter().commands).toEqual([]);
  expect(drive(polygonTool).click(0, 0).click(20, 20).click(40, 40).enter().commands).toEqual([]);
});

test('a press and a walk draw freehand', () => {
  const hand = drive(polygonTool).down(50, 0);
  for (let turn = 0; turn < 6; turn += 0.2) hand.move(50 * Math.cos(turn), 50 * Math.sin(turn));
  hand.up(50, -10).enter();

  expect(hand.commands).toHaveLength(1);
});

test('a click selects, shift toggles, and a click on nothing clears', () => {
  const on = { hit: (p: { x: number }) => (p.x < 100 ? annotation('a') : null) };

  expect(drive(selectTool, on).click(20, 20).commands.at(-1)).toEqual({ do: 'select', ids: ['a'], mode: 'only' });
  expect(drive(selectTool, on).click(20, 20, true).commands).toEqual([{ do: 'select', ids: ['a'], mode: 'toggle' }]);
  expect(drive(selectTool, on).click(200, 20).commands).toEqual([{ do: 'select', ids: [], mode: 'only' }]);
});

test('a drag on what is selected moves all of it, once', () => {
  const [a, b] = [annotation('a'), annotation('b')];
  const hand = drive(selectTool, { hit: () => a, selected: [a, b] }).down(20, 20).move(25, 20).move(30, 27);

  expect([...(hand.preview().moving?.keys() ?? [])]).toEqual(['a', 'b']);
  hand.up(30, 27);
  const shapes = new Map(['a', 'b'].map((id) => [id, { kind: 'box', left: 20, top: 17, right: 60, bottom: 47 }]));
  expect(hand.commands).toEqual([{ do: 'reshape', shapes, title: 'Move' }]);
});

test('escape during a move leaves everything where it was', () => {
  const a = annotation('a');

  expect(drive(selectTool, { hit: () => a, selected: [a] }).down(20, 20).move(60, 60).escape().up(60, 60).commands).toEqual([]);
});

test('a handle can be dragged through the opposite side', () => {
  const grip = { handle: () => ({ id: 'a', handle: 'e' }), shape: () => BOX };
  const hand = drive(selectTool, grip).down(50, 25).move(0, 25).up(0, 25);

  const shapes = new Map([['a', { kind: 'box', left: 0, top: 10, right: 10, bottom: 40 }]]);
  expect(hand.commands).toEqual([{ do: 'reshape', shapes, title: 'Reshape' }]);
});

const ring = (...points: [number, number][]): Shape => ({ kind: 'polygon', parts: [[points]] });

test.each(['double click', 'Alt'])('a corner of a polygon is taken away by %s', (way) => {
  const shape = ring([0, 0], [40, 0], [40, 40], [0, 40]);
  const hand = drive(selectTool, { handle: () => ({ id: 'a', handle: '0.0.3' }), shape: () => shape });
  if (way === 'Alt') hand.down(0, 40, false, true);
  else hand.click(0, 40).click(0, 40).double(0, 40);

  const shapes = new Map([['a', ring([0, 0], [40, 0], [40, 40])]]);
  expect(hand.commands).toEqual([{ do: 'reshape', shapes, title: 'Take a corner away' }]);
});

test('a triangle keeps its corners, and no drag makes a shape of no area', () => {
  const grip = { handle: () => ({ id: 'a', handle: '0.0.2' }), shape: () => ring([0, 0], [40, 0], [40, 40]) };

  expect(drive(selectTool, grip).double(40, 40).commands).toEqual([]);
  expect(drive(selectTool, grip).down(40, 40).move(20, 0).up(20, 0).commands).toEqual([]);
});

test('a frame selects what it encloses', () => {
  const hand = drive(selectTool, { inside: () => [annotation('a'), annotation('b')] }).down(0, 0).move(80, 80).up(80, 80);

  expect(hand.commands).toEqual([{ do: 'select', ids: ['a', 'b'], mode: 'only' }]);
});
