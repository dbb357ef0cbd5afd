/** Skeletons: keypoints in the order of the category's template. Absent ones keep their place. */
import type { Keypoint } from '../../wire';
import { boundsOf } from '../bounds';
import type { Geometry, Of } from '../geometry';
import { imagePoint, turnedAbout } from '../point';
import { ringEdge } from '../rings';
import { boxCorners } from './box';

type Skeleton = Of<'skeleton'>;

export const ABSENT = 0;
export const OCCLUDED = 1;
export const VISIBLE = 2;

export const skeleton: Geometry<Skeleton> = {
  lines: () => [],
  bounds: (s) => boundsOf(presentOf(s).map(([x, y]): [number, number] => [x, y])),
  area: () => 0,
  holds: () => false,
  edge: (s, p) =>
    Math.min(
      ...presentOf(s).map(([x, y]) => Math.hypot(x - p.x, y - p.y)),
      ringEdge(boxCorners(skeleton.bounds(s)), p),
    ),
  moved: (s, dx, dy) => mapped(s, ([x, y, v]) => [x + dx, y + dy, v]),
  turned: (s, angle, about) =>
    mapped(s, ([x, y, v]) => {
      const to = turnedAbout({ x, y }, angle, about);
      return [to.x, to.y, v];
    }),
  handles: (s) =>
    s.keypoints.flatMap(([x, y, v], i) =>
      v === ABSENT ? [] : [{ name: String(i), at: imagePoint(x, y), cursor: 'move', round: true }],
    ),
  dragged: (s, handle, to) => withKeypoint(s, Number(handle), ([, , v]) => [to.x, to.y, v]),
  // Taking a keypoint away makes it absent: its place in the order stays.
  without: (s, handle) =>
    presentOf(s).length > 1 ? withKeypoint(s, Number(handle), ([x, y]) => [x, y, ABSENT]) : null,
};

export const presentOf = (s: Skeleton): Keypoint[] => s.keypoints.filter(([, , v]) => v !== ABSENT);

/** The skeleton with one keypoint changed. */
export function withKeypoint(s: Skeleton, index: number, change: (keypoint: Keypoint) => Keypoint): Skeleton {
  return { kind: 'skeleton', keypoints: s.keypoints.map((k, i) => (i === index ? change(k) : k)) };
}

/** The skeleton with left and right keypoints exchanged, as the template pairs them. */
export function sidesSwapped(s: Skeleton, swaps: readonly (readonly [number, number])[]): Skeleton {
  const keypoints = [...s.keypoints];
  for (const [a, b] of swaps) [keypoints[a], keypoints[b]] = [keypoints[b]!, keypoints[a]!];
  return { kind: 'skeleton', keypoints };
}

function mapped(s: Skeleton, change: (keypoint: Keypoint) => Keypoint): Skeleton {
  return { kind: 'skeleton', keypoints: s.keypoints.map(change) };
}
