/** Cuboids: a front face and a back face of four points each. */
import type { Point } from '../../wire';
import { boundsOf } from '../bounds';
import type { Geometry, Of } from '../geometry';
import { type ImagePoint, imagePoint, turnedAbout } from '../point';
import { inRing, ringArea, ringEdge } from '../rings';

type Cuboid = Of<'cuboid'>;
type Face = 'front' | 'back';

const LEVEL = 1e-6; // faces whose sides differ by less count as upright

export const cuboid: Geometry<Cuboid> = {
  lines: (s) => [
    { points: s.front, closed: true },
    { points: s.back, closed: true },
    ...s.front.map((corner, i) => ({ points: [corner, s.back[i]!], closed: false })),
  ],
  bounds: (s) => boundsOf([...s.front, ...s.back]),
  area: (s) => ringArea(hull([...s.front, ...s.back])),
  holds: (s, p) => inRing(hull([...s.front, ...s.back]), p),
  edge: (s, p) => Math.min(ringEdge(s.front, p), ringEdge(s.back, p), ringEdge(hull([...s.front, ...s.back]), p)),
  moved: (s, dx, dy) => mapped(s, ([x, y]) => [x + dx, y + dy]),
  turned: (s, angle, about) =>
    mapped(s, ([x, y]) => {
      const to = turnedAbout({ x, y }, angle, about);
      return [to.x, to.y];
    }),
  handles: (s) => [
    ...(['front', 'back'] as const).flatMap((face) =>
      s[face].map(([x, y], i) => ({ name: `${face}.${i}`, at: imagePoint(x, y), cursor: 'move' })),
    ),
    { name: 'back', at: middle(s.back), cursor: 'grab', round: true },
  ],
  dragged: (s, handle, to) => {
    if (handle === 'back') {
      const from = middle(s.back);
      return { ...s, back: s.back.map(([x, y]): Point => [x + to.x - from.x, y + to.y - from.y]) };
    }
    const [face, corner] = handle.split('.') as [Face, string];
    const dragged = { ...s, [face]: draggedFace(s[face], Number(corner), to) };
    return ringArea(dragged.front) > 0 ? dragged : null;
  },
};

/** The convex hull, clockwise on the screen (Andrew, 1979, monotone chain). */
export function hull(all: readonly Point[]): Point[] {
  const ordered = [...all].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const half = (walk: readonly Point[]) => {
    const kept: Point[] = [];
    for (const p of walk) {
      while (kept.length >= 2 && turn(kept.at(-2)!, kept.at(-1)!, p) <= 0) kept.pop();
      kept.push(p);
    }
    return kept.slice(0, -1);
  };
  return ordered.length < 3 ? ordered : [...half(ordered), ...half([...ordered].reverse())];
}

const turn = (a: Point, b: Point, c: Point) => (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);

function middle(face: readonly Point[]): ImagePoint {
  return imagePoint(face.reduce((sum, [x]) => sum + x, 0) / face.length, face.reduce((sum, [, y]) => sum + y, 0) / face.length);
}

/** An upright face stays upright: the corner's neighbours follow it. */
function draggedFace(face: readonly Point[], corner: number, to: ImagePoint): Point[] {
  const next = face.map(([x, y]): Point => [x, y]);
  const [before, after] = [(corner + 3) % 4, (corner + 1) % 4];
  if (isUpright(face)) {
    // Corners 0-1 and 2-3 share a height, 1-2 and 3-0 a side.
    const [beside, below] = corner % 2 === 0 ? [after, before] : [before, after];
    next[beside] = [next[beside]![0], to.y];
    next[below] = [to.x, next[below]![1]];
  }
  next[corner] = [to.x, to.y];
  return next;
}

function isUpright([a, b, c, d]: readonly Point[]): boolean {
  const same = (p: number, q: number) => Math.abs(p - q) < LEVEL;
  return same(a![1], b![1]) && same(c![1], d![1]) && same(a![0], d![0]) && same(b![0], c![0]);
}

function mapped(s: Cuboid, change: (point: Point) => Point): Cuboid {
  return { kind: 'cuboid', front: s.front.map(change), back: s.back.map(change) };
}
