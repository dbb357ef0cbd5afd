/**
 * What each kind of shape can do: its bounds, whether it holds a point, its handles.
 *
 * A new kind is one entry in `KINDS`; nothing else branches over kinds here.
 */
import type { Point, Shape } from '../wire';
import { type Bounds, boundsOf } from './bounds';
import { type ImagePoint, imagePoint, toSegment } from './point';

/** A place on a shape that a hand can drag. `insert` adds a vertex where there was none. */
export interface Handle {
  readonly at: ImagePoint;
  readonly cursor: string;
  readonly name: string;
  readonly insert?: boolean;
}

type Of<K extends Shape['kind']> = Extract<Shape, { kind: K }>;

interface Geometry<S extends Shape> {
  bounds(shape: S): Bounds;
  area(shape: S): number;
  /** Whether the point lies inside. */
  holds(shape: S, p: ImagePoint): boolean;
  /** How far the point is from the outline. */
  edge(shape: S, p: ImagePoint): number;
  moved(shape: S, dx: number, dy: number): S;
  handles(shape: S): Handle[];
  /** The shape with a handle dragged to a point; null if that leaves nothing. */
  dragged(shape: S, handle: string, to: ImagePoint): Shape | null;
}

const box: Geometry<Of<'box'>> = {
  bounds: (b) => b,
  area: (b) => (b.right - b.left) * (b.bottom - b.top),
  holds: (b, p) => p.x >= b.left && p.x <= b.right && p.y >= b.top && p.y <= b.bottom,
  edge: (b, p) => ringEdge(corners(b), p),
  moved: (b, dx, dy) => ({
    kind: 'box',
    left: b.left + dx,
    top: b.top + dy,
    right: b.right + dx,
    bottom: b.bottom + dy,
  }),
  handles: (b) => {
    const [cx, cy] = [(b.left + b.right) / 2, (b.top + b.bottom) / 2];
    const spots: [string, number, number, string][] = [
      ['nw', b.left, b.top, 'nwse-resize'],
      ['n', cx, b.top, 'ns-resize'],
      ['ne', b.right, b.top, 'nesw-resize'],
      ['e', b.right, cy, 'ew-resize'],
      ['se', b.right, b.bottom, 'nwse-resize'],
      ['s', cx, b.bottom, 'ns-resize'],
      ['sw', b.left, b.bottom, 'nesw-resize'],
      ['w', b.left, cy, 'ew-resize'],
    ];
    return spots.map(([name, x, y, cursor]) => ({ name, at: imagePoint(x, y), cursor }));
  },
  dragged: (b, handle, to) => {
    const xs = handle.includes('w') ? [to.x, b.right] : handle.includes('e') ? [b.left, to.x] : [b.left, b.right];
    const ys = handle.includes('n') ? [to.y, b.bottom] : handle.includes('s') ? [b.top, to.y] : [b.top, b.bottom];
    const [left, right] = [Math.min(...xs), Math.max(...xs)];
    const [top, bottom] = [Math.min(...ys), Math.max(...ys)];
    return right > left && bottom > top ? { kind: 'box', left, top, right, bottom } : null;
  },
};

const polygon: Geometry<Of<'polygon'>> = {
  bounds: (s) => boundsOf(s.parts.flatMap((part) => part[0] ?? [])),
  area: (s) => s.parts.reduce((sum, part) => sum + partArea(part), 0),
  holds: (s, p) => s.parts.some(([outer, ...holes]) => inRing(outer!, p) && !holes.some((hole) => inRing(hole, p))),
  edge: (s, p) => Math.min(...s.parts.flat().map((ring) => ringEdge(ring, p))),
  moved: (s, dx, dy) => ({ kind: 'polygon', parts: mapPoints(s.parts, ([x, y]) => [x + dx, y + dy]) }),
  handles: (s) => s.parts.flatMap((part, i) => part.flatMap((ring, j) => ringHandles(ring, `${i}.${j}`))),
  dragged: (s, handle, to) => {
    const { part, ring, index, insert } = parseHandle(handle);
    const parts = mapPoints(s.parts, (point) => point);
    const target = parts[part]?.[ring];
    if (!target) return s;
    if (insert) target.splice(index + 1, 0, [to.x, to.y]);
    else target[index] = [to.x, to.y];
    return whole({ kind: 'polygon', parts });
  },
};

const mask: Geometry<Of<'mask'>> = {
  bounds: (m) => ({ left: m.left, top: m.top, right: m.left + m.width, bottom: m.top + m.height }),
  area: (m) => m.runs.reduce((sum, run, i) => sum + (i % 2 ? run : 0), 0),
  holds: (m, p) => maskHolds(m, Math.floor(p.x) - m.left, Math.floor(p.y) - m.top),
  edge: () => Infinity,
  moved: (m, dx, dy) => ({ ...m, left: m.left + Math.round(dx), top: m.top + Math.round(dy) }),
  handles: () => [],
  dragged: (m) => m,
};

const KINDS: { [K in Shape['kind']]: Geometry<Of<K>> } = { box, polygon, mask };

function of(shape: Shape): Geometry<Shape> {
  return KINDS[shape.kind] as unknown as Geometry<Shape>;
}

export const boundsOfShape = (shape: Shape): Bounds => of(shape).bounds(shape);
export const areaOf = (shape: Shape): number => of(shape).area(shape);
export const holdsPoint = (shape: Shape, p: ImagePoint): boolean => of(shape).holds(shape, p);
export const edgeDistance = (shape: Shape, p: ImagePoint): number => of(shape).edge(shape, p);
export const moved = (shape: Shape, dx: number, dy: number): Shape => of(shape).moved(shape, dx, dy);
export const handlesOf = (shape: Shape): Handle[] => of(shape).handles(shape);
export const dragHandle = (shape: Shape, handle: string, to: ImagePoint): Shape | null =>
  of(shape).dragged(shape, handle, to);

/** A polygon without one vertex; null if a ring would have fewer than three, or enclose nothing. */
export function withoutVertex(shape: Shape, handle: string): Shape | null {
  if (shape.kind !== 'polygon') return null;
  const { part, ring, index, insert } = parseHandle(handle);
  const parts = mapPoints(shape.parts, (point) => point);
  const target = parts[part]?.[ring];
  if (insert || !target || target.length <= 3) return null;
  target.splice(index, 1);
  return whole({ kind: 'polygon', parts });
}

/** The area of a ring, whichever way it winds (shoelace formula). */
export function ringArea(ring: readonly Point[]): number {
  let doubled = 0;
  ring.forEach(([x, y], i) => {
    const [nextX, nextY] = ring[(i + 1) % ring.length]!;
    doubled += x * nextY - nextX * y;
  });
  return Math.abs(doubled) / 2;
}

function maskHolds(m: Of<'mask'>, x: number, y: number): boolean {
  if (x < 0 || y < 0 || x >= m.width || y >= m.height) return false;
  let left = y * m.width + x;
  for (let i = 0; i < m.runs.length; i++) {
    left -= m.runs[i]!;
    if (left < 0) return i % 2 === 1;
  }
  return false;
}

function corners(b: Bounds): Point[] {
  return [
    [b.left, b.top],
    [b.right, b.top],
    [b.right, b.bottom],
    [b.left, b.bottom],
  ];
}

/** The polygon, or null if it encloses nothing: no server takes such a shape. */
function whole(shape: Of<'polygon'>): Of<'polygon'> | null {
  return polygon.area(shape) > 0 ? shape : null;
}

function partArea([outer, ...holes]: Point[][]): number {
  return outer ? ringArea(outer) - holes.reduce((sum, hole) => sum + ringArea(hole), 0) : 0;
}

function inRing(ring: readonly Point[], p: ImagePoint): boolean {
  // Even-odd rule: how often a ray to the right crosses the ring.
  let inside = false;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const [ax, ay] = ring[i]!;
    const [bx, by] = ring[j]!;
    if (ay > p.y !== by > p.y && p.x < ((bx - ax) * (p.y - ay)) / (by - ay) + ax) inside = !inside;
  }
  return inside;
}

function ringEdge(ring: readonly Point[], p: ImagePoint): number {
  let nearest = Infinity;
  ring.forEach(([x, y], i) => {
    const [nx, ny] = ring[(i + 1) % ring.length]!;
    nearest = Math.min(nearest, toSegment(p, imagePoint(x, y), imagePoint(nx, ny)).distance);
  });
  return nearest;
}

function ringHandles(ring: readonly Point[], prefix: string): Handle[] {
  const vertices = ring.map(([x, y], i) => ({ name: `${prefix}.${i}`, at: imagePoint(x, y), cursor: 'move' }));
  const middles = ring.map(([x, y], i) => {
    const [nx, ny] = ring[(i + 1) % ring.length]!;
    const at = imagePoint((x + nx) / 2, (y + ny) / 2);
    return { name: `${prefix}.${i}+`, at, cursor: 'copy', insert: true };
  });
  return [...vertices, ...middles];
}

function parseHandle(handle: string): { part: number; ring: number; index: number; insert: boolean } {
  const [part = 0, ring = 0, index = 0] = handle.replace('+', '').split('.').map(Number);
  return { part, ring, index, insert: handle.endsWith('+') };
}

function mapPoints(parts: readonly Point[][][], change: (point: Point) => Point): Point[][][] {
  return parts.map((part) => part.map((ring) => ring.map(change)));
}
