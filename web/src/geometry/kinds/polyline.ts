/** Open lines. */
import type { Point } from '../../wire';
import { boundsOf } from '../bounds';
import type { Geometry, Of } from '../geometry';
import { turnedAbout } from '../point';
import { lineEdge, vertexHandles } from '../rings';

type Polyline = Of<'polyline'>;

export const polyline: Geometry<Polyline> = {
  lines: (s) => [{ points: s.points, closed: false }],
  bounds: (s) => boundsOf(s.points),
  area: () => 0,
  holds: () => false,
  edge: (s, p) => lineEdge(s.points, p),
  moved: (s, dx, dy) => ({ kind: 'polyline', points: s.points.map(([x, y]): Point => [x + dx, y + dy]) }),
  turned: (s, angle, about) => ({
    kind: 'polyline',
    points: s.points.map(([x, y]): Point => {
      const to = turnedAbout({ x, y }, angle, about);
      return [to.x, to.y];
    }),
  }),
  handles: (s) => vertexHandles(s.points, '', false),
  dragged: (s, handle, to) => {
    const index = Number.parseInt(handle, 10);
    const points = [...s.points];
    if (handle.endsWith('+')) points.splice(index + 1, 0, [to.x, to.y]);
    else points[index] = [to.x, to.y];
    return lineLength(points) > 0 ? { kind: 'polyline', points } : null;
  },
  without: (s, handle) => {
    if (handle.endsWith('+') || s.points.length <= 2) return null;
    const points = s.points.filter((_, i) => i !== Number.parseInt(handle, 10));
    return lineLength(points) > 0 ? { kind: 'polyline', points } : null;
  },
};

/** The way along a line, in pixels. */
export function lineLength(points: readonly Point[]): number {
  return points.slice(1).reduce((sum, [x, y], i) => sum + Math.hypot(x - points[i]![0], y - points[i]![1]), 0);
}
