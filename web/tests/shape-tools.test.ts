import { describe, expect, test } from 'vitest';

import { boundsOfShape } from '../src/geometry/shapes';
import { imagePoint } from '../src/geometry/point';
import { ToolOptions } from '../src/editor/options';
import type { Snap } from '../src/editor/snapping';
import { brushTool, eraserTool, fillTool, lassoTool } from '../src/tools/brush';
import { cuboidTool } from '../src/tools/cuboid';
import { boxTool } from '../src/tools/box';
import { ellipseTool } from '../src/tools/ellipse';
import { extremeTool } from '../src/tools/extreme';
import { measureTool } from '../src/tools/measure';
import { pointsTool } from '../src/tools/points';
import { cutTool, holeTool, partTool, polygonTool } from '../src/tools/polygon';
import { polylineTool } from '../src/tools/polyline';
import { relateTool } from '../src/tools/relate';
import { rotatedBoxTool } from '../src/tools/rotated-box';
import { selectTool } from '../src/tools/select';
import { skeletonTool } from '../src/tools/skeleton';
import { TOOLS } from '../src/tools/table';
import type { Command } from '../src/tools/tool';
import type { Category, Shape } from '../src/wire';
import { annotation, BOX, drive } from './support';

const shapeOf = (commands: Command[]): Shape | null => {
  const [only] = commands;
  return commands.length === 1 && only?.do === 'add' ? only.shape : null;
};

describe('every tool', () => {
  test.each(Object.keys(TOOLS))('%s drops what it began on escape', (name) => {
    const hand = drive(TOOLS[name]!).down(10, 10).move(50, 40).escape();

    const { drawing, moving, stroke, line, frame } = hand.preview();
    expect([drawing, moving, stroke, line, frame]).toEqual([undefined, undefined, undefined, undefined, undefined]);
    expect(hand.commands.filter(({ do: what }) => what === 'add' || what === 'paint')).toEqual([]);
  });

  test.each(Object.keys(TOOLS))('%s has a state of plain data', (name) => {
    const hand = drive(TOOLS[name]!).down(10, 10).move(50, 40);

    expect(structuredClone(hand.state())).toEqual(hand.state());
  });
});

test('Shift makes a box a square, Alt draws it from its middle', () => {
  expect(shapeOf(drive(boxTool).down(10, 10).move(50, 30, true).up(50, 30, true).commands)).toEqual({
    kind: 'box', left: 10, top: 10, right: 50, bottom: 50,
  });
  expect(shapeOf(drive(boxTool).down(50, 50).move(70, 60, false, true).up(70, 60, false, true).commands)).toEqual({
    kind: 'box', left: 30, top: 40, right: 70, bottom: 60,
  });
});

test('an ellipse fills the frame that is dragged', () => {
  const shape = shapeOf(drive(ellipseTool).down(10, 20).move(50, 40).up(50, 40).commands);

  expect(shape).toEqual({ kind: 'ellipse', x: 30, y: 30, rx: 20, ry: 10, angle: 0 });
});

test('a box comes from four ends in any order', () => {
  const hand = drive(extremeTool).click(30, 10).click(60, 25).click(28, 40).click(12, 26);

  expect(shapeOf(hand.commands)).toEqual({ kind: 'box', left: 12, top: 10, right: 60, bottom: 40 });
  expect(drive(extremeTool).click(30, 10).click(60, 25).backspace().click(50, 20).click(28, 40).click(12, 26).commands).toHaveLength(1);
});

test('a turned box stands on the side that is drawn first', () => {
  const shape = shapeOf(drive(rotatedBoxTool).down(0, 0).move(30, 40).up(30, 40).move(0, 0).click(-8 + 30, 6 + 40).commands);

  expect(shape).toMatchObject({ kind: 'rotated_box', width: 50 });
  const turned = shape as Extract<Shape, { kind: 'rotated_box' }>;
  expect(turned.height).toBeCloseTo(10);
  expect(turned.angle).toBeCloseTo(Math.atan2(40, 30));
  expect(turned.x).toBeCloseTo(15 - 4);
  expect(turned.y).toBeCloseTo(20 + 3);
});

test('a turned box may stand on either side, and two clicks draw its side too', () => {
  const below = shapeOf(drive(rotatedBoxTool).click(0, 0).click(40, 0).click(20, 15).commands);
  const above = shapeOf(drive(rotatedBoxTool).click(0, 0).click(40, 0).click(20, -15).commands);

  expect(boundsOfShape(below!)).toEqual({ left: 0, top: 0, right: 40, bottom: 15 });
  expect(boundsOfShape(above!)).toEqual({ left: 0, top: -15, right: 40, bottom: 0 });
});

test('a line ends with Enter or a double click and keeps its points', () => {
  const points = [[0, 0], [30, 0], [30, 40]];

  expect(shapeOf(drive(polylineTool).click(0, 0).click(30, 0).click(30, 40).enter().commands)).toEqual({ kind: 'polyline', points });
  expect(shapeOf(drive(polylineTool).click(0, 0).click(30, 0).click(30, 40).click(30, 40).double(30, 40).commands)).toEqual({ kind: 'polyline', points });
  expect(drive(polylineTool).click(0, 0).enter().commands).toEqual([]);
});

test('a line is not closed by a click on its first point', () => {
  const shape = shapeOf(drive(polylineTool).click(0, 0).click(30, 0).click(30, 40).click(0, 0).enter().commands);

  expect(shape).toMatchObject({ points: [[0, 0], [30, 0], [30, 40], [0, 0]] });
});

test('a click is a point; with Shift points gather in one annotation', () => {
  expect(drive(pointsTool).click(5, 6).click(7, 8).commands).toHaveLength(2);
  const hand = drive(pointsTool).click(5, 6, true).click(7, 8, true).click(1, 1, true).backspace().enter();

  expect(shapeOf(hand.commands)).toEqual({ kind: 'points', points: [[5, 6], [7, 8]] });
});

const PERSON: Category = {
  id: 'person',
  name: 'Person',
  shapes: ['skeleton'],
  skeleton: {
    keypoints: [{ name: 'head', x: 0.5, y: 0 }, { name: 'left hand', x: 0, y: 0.5 }, { name: 'right hand', x: 1, y: 0.5 }],
    edges: [[0, 1], [0, 2]],
    swaps: [[1, 2]],
  },
};
const withPerson = { category: PERSON };

test('keypoints are placed in the order of the template', () => {
  const hand = drive(skeletonTool, withPerson).click(50, 10);
  expect(hand.preview().label?.text).toBe('2. left hand');
  hand.click(30, 40, true).click(70, 40);

  expect(shapeOf(hand.commands)).toEqual({ kind: 'skeleton', keypoints: [[50, 10, 2], [30, 40, 1], [70, 40, 2]] });
});

test('a keypoint that is skipped is absent, and Enter leaves out the rest', () => {
  const skipped = drive(skeletonTool, withPerson).click(50, 10).skip().click(70, 40);
  expect(shapeOf(skipped.commands)).toMatchObject({ keypoints: [[50, 10, 2], [50, 10, 0], [70, 40, 2]] });

  const ended = drive(skeletonTool, withPerson).click(50, 10).enter();
  expect(shapeOf(ended.commands)).toMatchObject({ keypoints: [[50, 10, 2], [50, 10, 0], [50, 10, 0]] });
});

test('a drag lays the whole template into a frame', () => {
  const hand = drive(skeletonTool, withPerson).down(10, 10).move(20, 20).move(110, 60).up(110, 60);

  expect(shapeOf(hand.commands)).toEqual({ kind: 'skeleton', keypoints: [[60, 10, 2], [10, 35, 2], [110, 35, 2]] });
});

test('a cuboid is a front face and a back face', () => {
  const hand = drive(cuboidTool).down(10, 30).move(50, 60).up(50, 60).move(70, 10).click(70, 10);

  expect(shapeOf(hand.commands)).toEqual({
    kind: 'cuboid',
    front: [[10, 30], [50, 30], [50, 60], [10, 60]],
    back: [[30, 10], [70, 10], [70, 40], [30, 40]],
  });
});

test('a stroke is one command, with the path, the radius in image points and the mask it changes', () => {
  const options = new ToolOptions();
  options.set({ brush: 20 });
  const mask: Shape = { kind: 'mask', left: 0, top: 0, width: 2, height: 1, runs: [0, 2] };
  const hand = drive(brushTool, { options, zoom: 2, selected: [annotation('m', mask)] }).down(10, 10).move(30, 10).up(30, 10);

  expect(hand.commands).toEqual([
    { do: 'paint', stroke: { points: [imagePoint(10, 10), imagePoint(30, 10)], radius: 10, erase: false, target: 'm' } },
  ]);
});

test('Alt turns the brush into an eraser and the eraser into a brush', () => {
  const erases = (tool: typeof brushTool, alt: boolean) => {
    const [command] = drive(tool).down(1, 1, false, alt).up(1, 1, false, alt).commands;
    return command?.do === 'paint' && command.stroke.erase;
  };

  expect([erases(brushTool, false), erases(brushTool, true), erases(eraserTool, false), erases(eraserTool, true)]).toEqual([false, true, true, false]);
});

test('a lasso gives its line, and a click of fill its place', () => {
  const hand = drive(lassoTool).down(0, 0).move(20, 0).move(20, 20).move(0, 20).up(0, 20);

  expect(hand.commands).toMatchObject([{ do: 'lasso', erase: false }]);
  expect(drive(fillTool).click(4, 5).commands).toEqual([{ do: 'fill', at: imagePoint(4, 5) }]);
});

test('a hole and a part want an area that is selected; a cut wants none', () => {
  const polygon: Shape = { kind: 'polygon', parts: [[[[0, 0], [90, 0], [90, 90], [0, 90]]]] };
  const selected = { selected: [annotation('p', polygon)] };
  const triangle = (tool: typeof holeTool, hand = {}) => drive(tool, hand).click(10, 10).click(50, 10).click(30, 50).enter().commands;

  expect(triangle(holeTool, selected)).toMatchObject([{ do: 'combine', how: 'subtract' }]);
  expect(triangle(partTool, selected)).toMatchObject([{ do: 'combine', how: 'join' }]);
  expect(triangle(holeTool)).toEqual([]);
  expect(triangle(holeTool, { selected: [annotation('b', BOX)] })).toEqual([]);
  expect(triangle(cutTool)).toMatchObject([{ do: 'cut' }]);
});

test('a relation leads from the first click to the second, never to itself', () => {
  const hit = (p: { x: number }) => (p.x < 50 ? annotation('a') : p.x < 100 ? annotation('b') : null);
  const hand = drive(relateTool, { hit }).click(10, 10).click(20, 20).click(70, 10);

  expect(hand.commands).toEqual([
    { do: 'select', ids: ['a'], mode: 'only' },
    { do: 'relate', from: 'a', to: 'b' },
  ]);
});

test('a measure tells distance, sides and angle, and stores nothing', () => {
  const hand = drive(measureTool).down(0, 0).move(30, -40).up(30, -40);

  expect(hand.commands).toEqual([]);
  expect(hand.preview().label?.text).toBe('50.0 px · 30.0 × 40.0 · 53.1°');
});

const snap = (x: number, y: number, index: number): Snap => ({ at: imagePoint(x, y), id: 'n', line: 0, index, isCorner: true });

test('corners snap to neighbours, and Shift follows their border', () => {
  const snaps = (p: { x: number; y: number }) => (p.x < 15 ? snap(10, 10, 0) : p.x > 85 ? snap(90, 90, 2) : null);
  const along = () => [imagePoint(90, 10)];
  const hand = drive(polygonTool, { snap: snaps, along }).click(12, 12).click(88, 88, true).click(40, 70).enter();

  expect(shapeOf(hand.commands)).toEqual({ kind: 'polygon', parts: [[[[10, 10], [90, 10], [90, 90], [40, 70]]]] });
});

test('a corner that is dragged snaps to a neighbour', () => {
  const polygon: Shape = { kind: 'polygon', parts: [[[[0, 0], [40, 0], [40, 40]]]] };
  const hand = drive(selectTool, {
    handle: () => ({ id: 'a', handle: '0.0.2' }),
    shape: () => polygon,
    snap: () => snap(70, 70, 0),
  });

  const shapes = new Map([['a', { kind: 'polygon', parts: [[[[0, 0], [40, 0], [70, 70]]]] }]]);
  expect(hand.down(40, 40).move(66, 66).up(66, 66).commands).toEqual([{ do: 'reshape', shapes, title: 'Reshape' }]);
});
