/** Single points, one or more in one annotation. */
import type { Point } from '../../wire';
import { boundsOf } from '../bounds';
import type { Geometry, Of } from '../geometry';
import { imagePoint, turnedAbout } from '../point';

type Points = Of<'points'>;

export const points: Geometry<Points> = {
  lines: () => [],
  bounds: (s) => boundsOf(s.points),
  area: () => 0,
  holds: () => false,
  edge: (s, p) => Math.min(...s.points.map(([x, y]) => Math.hypot(x - p.x, y - p.y))),
  moved: (s, dx, dy) => ({ kind: 'points', points: s.points.map(([x, y]): Point => [x + dx, y + dy]) }),
  turned: (s, angle, about) => ({
    kind: 'points',
    points: s.points.map(([x, y]): Point => {
      const to = turnedAbout({ x, y }, angle, about);
      return [to.x, to.y];
    }),
  }),
  handles: (s) => s.points.map(([x, y], i) => ({ name: String(i), at: imagePoint(x, y), cursor: 'move', round: true })),
  dragged: (s, handle, to) => ({
    kind: 'points',
    points: s.points.map((point, i): Point => (i === Number(handle) ? [to.x, to.y] : point)),
  }),
  without: (s, handle) =>
    s.points.length > 1 ? { kind: 'points', points: s.points.filter((_, i) => i !== Number(handle)) } : null,
};
