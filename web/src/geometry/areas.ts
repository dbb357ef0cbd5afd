/**
 * Areas: polygons joined, cut and traced, by Clipper2 (clipper2-ts).
 *
 * Coordinates are kept to 1/1,000 of a pixel; what an operation does not touch keeps its place to that.
 */
import { Clipper, ClipType, FillRule, PolyPathD, PolyTreeD } from 'clipper2-ts';

import type { Point, Shape } from '../wire';
import { ringArea } from './rings';
import { boundsOfSpans, type Spans, spansIoU, spansOfRings } from './spans';

type Polygon = Extract<Shape, { kind: 'polygon' }>;
type Path = { x: number; y: number }[];

const DECIMALS = 3;
const LEAST = 1e-3; // square pixels: smaller parts are dust of the arithmetic

export type Combining = 'join' | 'subtract' | 'intersect';

const CLIP: Record<Combining, ClipType> = {
  join: ClipType.Union,
  subtract: ClipType.Difference,
  intersect: ClipType.Intersection,
};

/** Two areas made into one; null if nothing is left. Self-crossing rings count as what they enclose. */
export function combined(how: Combining, a: Polygon, b: Polygon): Polygon | null {
  const tree = new PolyTreeD();
  Clipper.booleanOpDWithPolyTree(CLIP[how], paths(a), paths(b), tree, FillRule.NonZero, DECIMALS);
  return polygonOf(tree);
}

/** The area with every ring clean: no self-crossing, no overlap of parts; null if nothing is left. */
export function cleaned(polygon: Polygon): Polygon | null {
  const tree = new PolyTreeD();
  const rings = polygon.parts.flat().map(pathOf);
  Clipper.booleanOpDWithPolyTree(ClipType.Union, rings, null, tree, FillRule.EvenOdd, DECIMALS);
  return polygonOf(tree);
}

/** The pieces of an area on both sides of a line; one piece if the line does not part it. */
export function cutAlong(polygon: Polygon, line: readonly Point[]): Polygon[] {
  const side = sideOf(polygon, line);
  const pieces = [combined('intersect', polygon, side), combined('subtract', polygon, side)];
  return pieces.flatMap((piece) => (piece ? piece.parts.map((part): Polygon => ({ kind: 'polygon', parts: [part] })) : []));
}

/** Everything on one side of a line that goes on beyond the polygon in both directions. */
export function sideOf(polygon: Polygon, line: readonly Point[]): Polygon {
  const points = polygon.parts.flat(2).concat(line);
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const x of xs) [left, right] = [Math.min(left, x), Math.max(right, x)];
  for (const y of ys) [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
  const far = 4 * (right - left + bottom - top) + 16;
  const beyond = ([ax, ay]: Point, [bx, by]: Point): Point => {
    const length = Math.hypot(bx - ax, by - ay) || 1;
    return [bx + ((bx - ax) / length) * far, by + ((by - ay) / length) * far];
  };
  const start = beyond(line[1]!, line[0]!);
  const end = beyond(line.at(-2)!, line.at(-1)!);
  const length = Math.hypot(end[0] - start[0], end[1] - start[1]) || 1;
  const [nx, ny] = [(-(end[1] - start[1]) / length) * far, ((end[0] - start[0]) / length) * far];
  const ring: Point[] = [start, ...line, end, [end[0] + nx, end[1] + ny], [start[0] + nx, start[1] + ny]];
  return { kind: 'polygon', parts: [[ring]] };
}

/** The exact outline of spans along the edges of pixels; null for none. */
export function outlineOf(spans: Spans): Polygon | null {
  if (!boundsOfSpans(spans)) return null;
  const rectangles: Path[] = [];
  for (const [top, bottom, left, right] of blocks(spans)) {
    rectangles.push([
      { x: left, y: top },
      { x: right, y: top },
      { x: right, y: bottom },
      { x: left, y: bottom },
    ]);
  }
  const tree = new PolyTreeD();
  Clipper.booleanOpDWithPolyTree(ClipType.Union, rectangles, null, tree, FillRule.NonZero, 0);
  return polygonOf(tree);
}

/** Stretches that stand below one another with the same ends, as one rectangle. */
function* blocks({ top, rows }: Spans): Generator<[number, number, number, number]> {
  let open = new Map<string, [number, number, number]>();
  for (let i = 0; i <= rows.length; i++) {
    const row = rows[i] ?? [];
    const next = new Map<string, [number, number, number]>();
    for (let k = 0; k < row.length; k += 2) {
      const key = `${row[k]} ${row[k + 1]}`;
      next.set(key, open.get(key) ?? [top + i, row[k]!, row[k + 1]!]);
      open.delete(key);
    }
    for (const [from, left, right] of open.values()) yield [from, top + i, left, right];
    open = next;
  }
}

export interface Traced {
  polygon: Polygon;
  /** IoU of the polygon's pixels with the spans it was made from. */
  iou: number;
}

/** A polygon around spans, no further than about `tolerance` pixels from their outline. */
export function traced(spans: Spans, tolerance = 0.75): Traced | null {
  const outline = outlineOf(spans);
  if (!outline) return null;
  const polygon = simplified(outline, tolerance) ?? outline;
  return { polygon, iou: spansIoU(spans, spansOfRings(polygon.parts.flat())) };
}

/** Fewer corners, none of which moves (Ramer 1972, Douglas and Peucker 1973); null if nothing is left. */
export function simplified(polygon: Polygon, tolerance: number): Polygon | null {
  const thin = (ring: Point[]): Point[] => {
    // From the corner farthest from the first, or a closed ring would be a line to itself.
    const turn = farthest(ring);
    const path = [...ring.slice(turn), ...ring.slice(0, turn), ring[turn]!];
    const half = path.findIndex((p) => p === ring[0]);
    const [a, b] = [path.slice(0, half + 1), path.slice(half)];
    return [...thinned(a, tolerance).slice(0, -1), ...thinned(b, tolerance).slice(0, -1)];
  };
  const parts = polygon.parts.flatMap((part) => {
    const [outer, ...holes] = part.map((ring) => (ring.length > 4 ? thin(ring) : ring));
    const real = (ring: Point[]) => ring.length >= 3 && ringArea(ring) > LEAST;
    return outer && real(outer) ? [[outer, ...holes.filter(real)]] : [];
  });
  return parts.length > 0 ? { kind: 'polygon', parts } : null;
}

/** A line with fewer points, none further than `tolerance` pixels from the old one. */
export function thinned(line: readonly Point[], tolerance: number): Point[] {
  return Clipper.ramerDouglasPeuckerD(pathOf(line), tolerance).map(({ x, y }): Point => [x, y]);
}

function farthest(ring: readonly Point[]): number {
  const [x, y] = ring[0]!;
  let [best, index] = [-1, 0];
  ring.forEach(([px, py], i) => {
    const away = (px - x) ** 2 + (py - y) ** 2;
    if (away > best) [best, index] = [away, i];
  });
  return index;
}

const pathOf = (ring: readonly Point[]): Path => ring.map(([x, y]) => ({ x, y }));

/** Rings as Clipper wants them: outer rings wind one way, holes the other. */
function paths(polygon: Polygon): Path[] {
  const clean = cleaned(polygon);
  return (clean?.parts ?? []).flatMap((part) =>
    part.map((ring, i) => {
      const path = pathOf(ring);
      const positive = Clipper.areaD(path) > 0;
      return positive === (i === 0) ? path : path.reverse();
    }),
  );
}

function polygonOf(tree: PolyTreeD): Polygon | null {
  const parts: Point[][][] = [];
  const visit = (node: PolyPathD) => {
    // Below the root: an outer ring, its holes, the islands in them.
    for (let i = 0; i < node.count; i++) {
      const outer = node.child(i);
      const holes = Array.from({ length: outer.count }, (_, k) => outer.child(k));
      const rings = [ringOf(outer), ...holes.map(ringOf)];
      if (ringArea(rings[0]!) > LEAST) parts.push(rings.filter((ring, k) => k === 0 || ringArea(ring) > LEAST));
      holes.forEach(visit);
    }
  };
  visit(tree);
  return parts.length > 0 ? { kind: 'polygon', parts } : null;
}

const ringOf = (node: PolyPathD): Point[] => (node.poly ?? []).map(({ x, y }): Point => [x, y]);
