import { describe, expect, test } from 'vitest';

import { combined, cutAlong, outlineOf, simplified, traced } from '../src/geometry/areas';
import { imagePoint } from '../src/geometry/point';
import { areaOf, boundsOfShape, dragHandle, edgeDistance, handlesOf, holdsPoint, KIND_NAMES, moved, turned, withoutVertex } from '../src/geometry/shapes';
import {
  areaOfSpans,
  boundsOfSpans,
  clipped,
  EMPTY,
  holeAt,
  intersect,
  maskOf,
  type Spans,
  spansHold,
  spansIoU,
  spansOf,
  spansOfRings,
  spansOfStroke,
  subtract,
  unite,
} from '../src/geometry/spans';
import type { Point, Shape } from '../src/wire';

type Of<K extends Shape['kind']> = Extract<Shape, { kind: K }>;

/** One of every kind. */
export const SHAPES: { [K in Shape['kind']]: Of<K> } = {
  box: { kind: 'box', left: 10, top: 10, right: 50, bottom: 40 },
  rotated_box: { kind: 'rotated_box', x: 30, y: 30, width: 40, height: 20, angle: Math.PI / 6 },
  polygon: { kind: 'polygon', parts: [[[[0, 0], [40, 0], [40, 40], [0, 40]], [[10, 10], [20, 10], [20, 20]]]] },
  polyline: { kind: 'polyline', points: [[0, 0], [30, 0], [30, 40]] },
  points: { kind: 'points', points: [[5, 5], [25, 15]] },
  ellipse: { kind: 'ellipse', x: 50, y: 50, rx: 30, ry: 10, angle: 0.4 },
  mask: { kind: 'mask', left: 3, top: 4, width: 4, height: 2, runs: [1, 2, 1, 4] },
  skeleton: { kind: 'skeleton', keypoints: [[10, 10, 2], [30, 10, 1], [0, 0, 0]] },
  cuboid: {
    kind: 'cuboid',
    front: [[0, 10], [20, 10], [20, 30], [0, 30]],
    back: [[10, 0], [30, 0], [30, 20], [10, 20]],
  },
};

const every = KIND_NAMES.map((kind) => [kind, SHAPES[kind]] as const);
const roughly = (shape: Shape | null) => JSON.parse(JSON.stringify(shape), (_, v: unknown) => (typeof v === 'number' ? Number(v.toFixed(6)) + 0 : v)) as unknown;

describe('every kind of shape', () => {
  test.each(every)('%s moves there and back', (_, shape) => {
    expect(roughly(moved(moved(shape, 7, -3), -7, 3))).toEqual(roughly(shape));
    const [before, after] = [boundsOfShape(shape), boundsOfShape(moved(shape, 7, -3))];
    expect(after.left - before.left).toBeCloseTo(7);
    expect(after.bottom - before.bottom).toBeCloseTo(-3);
  });

  test.each(every)('%s keeps its area when it moves or turns', (_, shape) => {
    expect(areaOf(moved(shape, 100, 100))).toBeCloseTo(areaOf(shape));
    const about = turned(shape, 1.1, imagePoint(3, 4));
    if (about) expect(areaOf(about)).toBeCloseTo(areaOf(shape));
  });

  test.each(every)('%s turns there and back', (_, shape) => {
    const there = turned(shape, 0.7, imagePoint(12, 9));
    if (there) expect(roughly(turned(there, -0.7, imagePoint(12, 9)))).toEqual(roughly(shape));
  });

  test.each(every)('a handle of %s that is dragged lies where it was dragged to', (kind, shape) => {
    for (const handle of handlesOf(shape).filter(({ name }) => name !== 'turn')) {
      if (/^[nesw]$/.test(handle.name)) continue; // sides follow in one direction only
      const to = imagePoint(handle.at.x + 3, handle.at.y + 2);
      const shaped = dragHandle(shape, handle.name, to)!;
      const near = handlesOf(shaped).some(({ at }) => Math.hypot(at.x - to.x, at.y - to.y) < 1e-6);
      expect(near, `${kind} ${handle.name}`).toBe(true);
    }
  });

  test.each(every)('no handle of %s is outside its bounds, but for the one that turns', (_, shape) => {
    const { left, top, right, bottom } = boundsOfShape(shape);
    for (const { at, name } of handlesOf(shape)) {
      if (name === 'turn' || shape.kind === 'ellipse') continue;
      expect(at.x).toBeGreaterThanOrEqual(left - 1e-6);
      expect(at.x).toBeLessThanOrEqual(right + 1e-6);
      expect(at.y).toBeGreaterThanOrEqual(top - 1e-6);
      expect(at.y).toBeLessThanOrEqual(bottom + 1e-6);
    }
  });
});

test('a rotated box keeps the opposite corner and its angle when a corner is dragged', () => {
  const shape = SHAPES.rotated_box;
  const fixed = handlesOf(shape).find(({ name }) => name === 'nw')!.at;
  const shaped = dragHandle(shape, 'se', imagePoint(80, 60)) as Of<'rotated_box'>;

  expect(shaped.angle).toBe(shape.angle);
  const now = handlesOf(shaped).find(({ name }) => name === 'nw')!.at;
  expect(now.x).toBeCloseTo(fixed.x);
  expect(now.y).toBeCloseTo(fixed.y);
});

test('turning by the handle with Shift goes in steps of 15 degrees', () => {
  const to = imagePoint(30 + 100, 30 - 95);
  const shaped = dragHandle(SHAPES.rotated_box, 'turn', to, { shift: true }) as Of<'rotated_box'>;

  expect(shaped.angle).toBeCloseTo(Math.PI / 4);
});

test('a corner of a box dragged with Shift keeps the ratio of its sides', () => {
  const shaped = dragHandle(SHAPES.box, 'se', imagePoint(90, 55), { shift: true }) as Of<'box'>;

  expect((shaped.right - shaped.left) / (shaped.bottom - shaped.top)).toBeCloseTo(40 / 30);
});

test('an upright face of a cuboid stays upright, one that leans is free', () => {
  const shaped = dragHandle(SHAPES.cuboid, 'front.0', imagePoint(-5, 5)) as Of<'cuboid'>;
  expect(shaped.front).toEqual([[-5, 5], [20, 5], [20, 30], [-5, 30]]);

  const leaning: Shape = { ...SHAPES.cuboid, front: [[0, 10], [20, 12], [20, 30], [0, 30]] };
  const free = dragHandle(leaning, 'front.0', imagePoint(-5, 5)) as Of<'cuboid'>;
  expect(free.front).toEqual([[-5, 5], [20, 12], [20, 30], [0, 30]]);
});

test('a keypoint that is taken away is absent and keeps its place in the order', () => {
  expect(withoutVertex(SHAPES.skeleton, '0')).toEqual({ kind: 'skeleton', keypoints: [[10, 10, 0], [30, 10, 1], [0, 0, 0]] });
  expect(withoutVertex(withoutVertex(SHAPES.skeleton, '0')!, '1')).toBeNull();
});

test('lines and points are near where they are drawn and hold nothing', () => {
  expect(edgeDistance(SHAPES.polyline, imagePoint(15, 3))).toBeCloseTo(3);
  expect(edgeDistance(SHAPES.points, imagePoint(25, 18))).toBeCloseTo(3);
  expect(holdsPoint(SHAPES.polyline, imagePoint(15, 0))).toBe(false);
});

// Spans are checked against a grid of pixels: slow, and plain to see.
const SIDE = 24;

function grid(test: (x: number, y: number) => boolean): Spans {
  const rows = Array.from({ length: SIDE }, (_, y) => {
    const row: number[] = [];
    for (let x = 0; x < SIDE; x++) {
      if (!test(x, y)) continue;
      if (row.at(-1) === x) row[row.length - 1] = x + 1;
      else row.push(x, x + 1);
    }
    return row;
  });
  return { top: 0, rows };
}

const pixels = (spans: Spans) => Array.from({ length: SIDE * SIDE }, (_, i) => spansHold(spans, i % SIDE, Math.floor(i / SIDE)));

/** Random numbers that are the same at every run (mulberry32). */
function dice(seed: number) {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

test.each([1, 2, 3, 4, 5, 6, 7, 8])('spans combine as their pixels do (%i)', (seed) => {
  const roll = dice(seed);
  const [a, b] = [grid(() => roll() < 0.4), grid(() => roll() < 0.4)];
  const [p, q] = [pixels(a), pixels(b)];

  expect(pixels(unite(a, b))).toEqual(p.map((on, i) => on || q[i]));
  expect(pixels(subtract(a, b))).toEqual(p.map((on, i) => on && !q[i]));
  expect(pixels(intersect(a, b))).toEqual(p.map((on, i) => on && q[i]));
  expect(areaOfSpans(a)).toBe(p.filter(Boolean).length);
});

test.each([11, 12, 13])('a mask and its spans say the same (%i)', (seed) => {
  const roll = dice(seed);
  const spans = grid((x, y) => x > 2 && y > 3 && roll() < 0.3);
  const mask = maskOf(spans)!;
  const fresh = { ...mask };

  expect(mask.runs.reduce((sum, run) => sum + run, 0)).toBe(mask.width * mask.height);
  expect(mask.runs.slice(1).every((run) => run > 0)).toBe(true);
  expect(pixels(spansOf(fresh))).toEqual(pixels(spans));
});

test('a mask written by hand reads as its pixels', () => {
  const spans = spansOf(SHAPES.mask);

  expect(spans.rows).toEqual([[4, 6], [3, 7]]);
  expect(maskOf({ ...spans })).toEqual(SHAPES.mask);
  expect(maskOf(EMPTY)).toBeNull();
});

test('a polygon sets the pixels whose middle it holds', () => {
  const ring: Point[] = [[2, 2], [20, 5], [9, 21]];
  const spans = spansOfRings([ring]);
  const shape: Shape = { kind: 'polygon', parts: [[ring]] };

  expect(pixels(spans)).toEqual(pixels(grid((x, y) => holdsPoint(shape, imagePoint(x + 0.5, y + 0.5)))));
});

test('a stroke sets the pixels whose middle is within its radius', () => {
  const path = [imagePoint(4, 5), imagePoint(15, 9), imagePoint(13, 18)];
  const near = (x: number, y: number) => {
    const line: Shape = { kind: 'polyline', points: path.map((p): Point => [p.x, p.y]) };
    return edgeDistance(line, imagePoint(x + 0.5, y + 0.5)) < 3.3;
  };

  expect(pixels(spansOfStroke(path, 3.3))).toEqual(pixels(grid(near)));
});

test('the finest brush sets the pixel under it', () => {
  expect(pixels(spansOfStroke([imagePoint(7.9, 3.1)], 0.5))).toEqual(pixels(grid((x, y) => x === 7 && y === 3)));
});

test('a mask of a hundred megapixels is a few thousand numbers', () => {
  const all: Shape = { kind: 'mask', left: 0, top: 0, width: 10_000, height: 10_000, runs: [0, 100_000_000] };
  const bitten = subtract(spansOf(all), spansOfStroke([imagePoint(5000, 5000)], 20));

  expect(areaOfSpans(bitten)).toBeLessThan(100_000_000);
  expect(maskOf(bitten)!.runs.length).toBeLessThan(200);
});

test('what hangs over the border of an item is cut off', () => {
  const spans = clipped(spansOfStroke([imagePoint(0, 0)], 5), 100, 100);

  expect(boundsOfSpans(spans)).toEqual({ left: 0, top: 0, right: 5, bottom: 5 });
  expect(spansHold(spans, 0, 0)).toBe(true);
  expect(spansHold(spans, -1, 0)).toBe(false);
});

test('a hole is found from any of its pixels, and the open is none', () => {
  const ring = grid((x, y) => Math.abs(Math.hypot(x - 12, y - 12) - 8) < 1.5);
  const hole = holeAt(ring, 12, 12)!;

  expect(pixels(hole)).toEqual(pixels(grid((x, y) => Math.hypot(x - 12, y - 12) <= 6.5)));
  expect(holeAt(ring, 0, 0)).toBeNull();
  expect(holeAt(ring, 4, 12)).toBeNull();
  expect(holeAt(subtract(ring, grid((x, y) => y === 12 && x < 12)), 12, 13)).toBeNull();
});

const square = (left: number, top: number, side: number): Of<'polygon'> => ({
  kind: 'polygon',
  parts: [[[[left, top], [left + side, top], [left + side, top + side], [left, top + side]]]],
});

test('areas join, subtract and intersect; a hole stays a hole', () => {
  const [a, b] = [square(0, 0, 10), square(5, 5, 10)];

  expect(areaOf(combined('join', a, b)!)).toBeCloseTo(175);
  expect(areaOf(combined('intersect', a, b)!)).toBeCloseTo(25);
  const holed = combined('subtract', a, square(2, 2, 3))!;
  expect(holed.parts[0]).toHaveLength(2);
  expect(areaOf(combined('subtract', holed, square(-5, 4, 30))!)).toBeCloseTo(40 - 6);
  expect(combined('subtract', a, square(-5, -5, 30))).toBeNull();
  expect(combined('intersect', a, square(50, 50, 3))).toBeNull();
});

test('areas apart join as two parts, and an island in a hole is kept', () => {
  expect(combined('join', square(0, 0, 10), square(20, 0, 10))!.parts).toHaveLength(2);
  const holed = combined('subtract', square(0, 0, 30), square(5, 5, 20))!;
  const island = combined('join', holed, square(10, 10, 5))!;
  expect(areaOf(island)).toBeCloseTo(900 - 400 + 25);
  expect(areaOf(combined('join', island, square(100, 100, 1))!)).toBeCloseTo(526);
});

test('a line cuts an area into pieces that add up to it', () => {
  const pieces = cutAlong(square(0, 0, 10), [[-2, 3], [5, 4], [12, 3]]);

  expect(pieces).toHaveLength(2);
  expect(pieces.reduce((sum, piece) => sum + areaOf(piece), 0)).toBeCloseTo(100);
  expect(cutAlong(square(0, 0, 10), [[20, 20], [30, 20]])).toHaveLength(1);
});

test('a mask is traced along its pixels, holes and islands included', () => {
  const spans = grid((x, y) => Math.abs(Math.hypot(x - 12, y - 12) - 8) < 1.5 || (x === 12 && y === 12));
  const outline = outlineOf(spans)!;

  expect(areaOf(outline)).toBe(areaOfSpans(spans));
  expect(pixels(spansOfRings(outline.parts.flat()))).toEqual(pixels(spans));
});

test('a traced polygon tells how well it covers the mask', () => {
  const spans = spansOfStroke([imagePoint(100, 100)], 60);
  const { polygon, iou } = traced(spans, 1)!;

  expect(polygon.parts[0]![0]!.length).toBeLessThan(60);
  expect(iou).toBeGreaterThan(0.97);
  expect(iou).toBe(spansIoU(spans, spansOfRings(polygon.parts.flat())));
});

test('a polygon of 100,000 corners is thinned and stays where it is', () => {
  const ring = Array.from({ length: 100_000 }, (_, i): Point => {
    const t = (i / 100_000) * 2 * Math.PI;
    return [500 + 400 * Math.cos(t), 500 + 400 * Math.sin(t)];
  });
  const thin = simplified({ kind: 'polygon', parts: [[ring]] }, 0.5)!;

  expect(thin.parts[0]![0]!.length).toBeLessThan(200);
  expect(Math.abs(areaOf(thin) / (Math.PI * 160_000) - 1)).toBeLessThan(0.01);
});

test('a ring that crosses itself counts as what it encloses', () => {
  const bowtie: Of<'polygon'> = { kind: 'polygon', parts: [[[[0, 0], [10, 10], [10, 0], [0, 10]]]] };

  expect(areaOf(combined('join', bowtie, square(100, 100, 1))!)).toBeCloseTo(51);
});
