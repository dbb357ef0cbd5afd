/** Rings and lines: what polygons, polylines and the outlines of other kinds are made of. */
import type { Point } from '../wire';
import { type ImagePoint, imagePoint, toSegment } from './point';
import type { Handle } from './geometry';

/** The area of a ring, whichever way it winds (shoelace formula). */
export function ringArea(ring: readonly Point[]): number {
  return Math.abs(signedArea(ring));
}

/** Above 0 where the ring winds clockwise on the screen. */
export function signedArea(ring: readonly Point[]): number {
  if (!ring.length) return 0;
  let doubled = 0;
  const [x, y] = ring[0]!; // measured from here: far from the picture's corner, slivers would cancel out
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const [ax, ay] = ring[j]!;
    const [bx, by] = ring[i]!;
    doubled += (ax - x) * (by - y) - (bx - x) * (ay - y);
  }
  return doubled / 2;
}

/** Even-odd rule: how often a ray to the right crosses the ring. */
export function inRing(ring: readonly Point[], p: ImagePoint): boolean {
  let inside = false;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const [ax, ay] = ring[i]!;
    const [bx, by] = ring[j]!;
    if (ay > p.y !== by > p.y && p.x < ((bx - ax) * (p.y - ay)) / (by - ay) + ax) inside = !inside;
  }
  return inside;
}

/** The place on a line nearest to a point: how far it is, on which side it lies, and where. */
export function nearestOn(line: readonly Point[], p: ImagePoint, closed: boolean) {
  let best = { distance: Infinity, index: -1, at: p };
  const sides = closed ? line.length : line.length - 1;
  for (let i = 0; i < sides; i++) {
    const [ax, ay] = line[i]!;
    const [bx, by] = line[(i + 1) % line.length]!;
    const { distance, at } = toSegment(p, imagePoint(ax, ay), imagePoint(bx, by));
    if (distance < best.distance) best = { distance, index: i, at };
  }
  return best;
}

export const ringEdge = (ring: readonly Point[], p: ImagePoint): number => nearestOn(ring, p, true).distance;
export const lineEdge = (line: readonly Point[], p: ImagePoint): number => nearestOn(line, p, false).distance;

/** A handle on each vertex, and one on the middle of each side that adds a vertex. */
export function vertexHandles(line: readonly Point[], prefix: string, closed: boolean): Handle[] {
  const handles: Handle[] = line.map(([x, y], i) => ({ name: `${prefix}${i}`, at: imagePoint(x, y), cursor: 'move' }));
  const sides = closed ? line.length : line.length - 1;
  for (let i = 0; i < sides; i++) {
    const [ax, ay] = line[i]!;
    const [bx, by] = line[(i + 1) % line.length]!;
    handles.push({ name: `${prefix}${i}+`, at: imagePoint((ax + bx) / 2, (ay + by) / 2), cursor: 'copy', insert: true });
  }
  return handles;
}

/** Whether two sides of a closed ring cross; looks at all pairs, so up to `most` corners. */
export function crossesItself(ring: readonly Point[], most = 2000): boolean {
  const n = ring.length;
  if (n < 4 || n > most) return false;
  for (let i = 0; i < n; i++) {
    for (let j = i + 2; j < n; j++) {
      if (i === 0 && j === n - 1) continue;
      if (crosses(ring[i]!, ring[(i + 1) % n]!, ring[j]!, ring[(j + 1) % n]!)) return true;
    }
  }
  return false;
}

function crosses(a: Point, b: Point, c: Point, d: Point): boolean {
  const side = (p: Point, q: Point, r: Point) => (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0]);
  return side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0;
}
