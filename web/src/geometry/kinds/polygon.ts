/** Polygons of one or more parts, each an outer ring followed by its holes. */
import type { Point } from '../../wire';
import { boundsOf } from '../bounds';
import type { Geometry, Of } from '../geometry';
import { turnedAbout } from '../point';
import { inRing, ringArea, ringEdge, vertexHandles } from '../rings';

type Polygon = Of<'polygon'>;

const MOST_HANDLES = 4000; // more vertices than that are edited by cutting, joining and painting

export const polygon: Geometry<Polygon> = {
  lines: (s) => s.parts.flat().map((ring) => ({ points: ring, closed: true })),
  bounds: (s) => boundsOf(s.parts.flatMap((part) => part[0] ?? [])),
  area: (s) => s.parts.reduce((sum, part) => sum + partArea(part), 0),
  holds: (s, p) => s.parts.some(([outer, ...holes]) => inRing(outer!, p) && !holes.some((hole) => inRing(hole, p))),
  edge: (s, p) => Math.min(...s.parts.flat().map((ring) => ringEdge(ring, p))),
  moved: (s, dx, dy) => ({ kind: 'polygon', parts: mapPoints(s.parts, ([x, y]) => [x + dx, y + dy]) }),
  turned: (s, angle, about) => ({
    kind: 'polygon',
    parts: mapPoints(s.parts, ([x, y]) => {
      const to = turnedAbout({ x, y }, angle, about);
      return [to.x, to.y];
    }),
  }),
  handles: (s) => {
    const count = s.parts.reduce((sum, part) => sum + part.reduce((n, ring) => n + ring.length, 0), 0);
    if (count > MOST_HANDLES) return [];
    return s.parts.flatMap((part, i) => part.flatMap((ring, j) => vertexHandles(ring, `${i}.${j}.`, true)));
  },
  dragged: (s, handle, to) => {
    const { part, ring, index, insert } = parseHandle(handle);
    const target = s.parts[part]?.[ring];
    if (!target) return s;
    const next = [...target];
    if (insert) next.splice(index + 1, 0, [to.x, to.y]);
    else next[index] = [to.x, to.y];
    return whole(withRing(s, part, ring, next));
  },
  without: (s, handle) => {
    const { part, ring, index, insert } = parseHandle(handle);
    const target = s.parts[part]?.[ring];
    if (insert || !target || target.length <= 3) return null;
    return whole(withRing(s, part, ring, target.filter((_, i) => i !== index)));
  },
};

/** The polygon, or null if it encloses nothing: no server takes such a shape. */
function whole(shape: Polygon): Polygon | null {
  return polygon.area(shape) > 0 ? shape : null;
}

function withRing(s: Polygon, part: number, ring: number, points: Point[]): Polygon {
  const parts = s.parts.map((rings, i) => (i === part ? rings.map((r, j) => (j === ring ? points : r)) : rings));
  return { kind: 'polygon', parts };
}

function partArea([outer, ...holes]: Point[][]): number {
  return outer ? ringArea(outer) - holes.reduce((sum, hole) => sum + ringArea(hole), 0) : 0;
}

function parseHandle(handle: string): { part: number; ring: number; index: number; insert: boolean } {
  const [part = 0, ring = 0, index = 0] = handle.replace('+', '').split('.').map(Number);
  return { part, ring, index, insert: handle.endsWith('+') };
}

function mapPoints(parts: readonly Point[][][], change: (point: Point) => Point): Point[][][] {
  return parts.map((part) => part.map((ring) => ring.map(change)));
}
