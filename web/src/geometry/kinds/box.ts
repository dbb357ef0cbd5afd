/** Upright boxes. */
import type { Point } from '../../wire';
import type { Bounds } from '../bounds';
import type { Geometry, Of } from '../geometry';
import { imagePoint } from '../point';
import { ringEdge } from '../rings';

export const box: Geometry<Of<'box'>> = {
  lines: (b) => [{ points: boxCorners(b), closed: true }],
  bounds: (b) => b,
  area: (b) => (b.right - b.left) * (b.bottom - b.top),
  holds: (b, p) => p.x >= b.left && p.x <= b.right && p.y >= b.top && p.y <= b.bottom,
  edge: (b, p) => ringEdge(boxCorners(b), p),
  moved: (b, dx, dy) => ({
    kind: 'box',
    left: b.left + dx,
    top: b.top + dy,
    right: b.right + dx,
    bottom: b.bottom + dy,
  }),
  turned: () => null,
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
  dragged: (b, handle, to, { shift }) => {
    const aim = shift && handle.length === 2 ? onDiagonal(b, handle, to) : to;
    const xs = handle.includes('w') ? [aim.x, b.right] : handle.includes('e') ? [b.left, aim.x] : [b.left, b.right];
    const ys = handle.includes('n') ? [aim.y, b.bottom] : handle.includes('s') ? [b.top, aim.y] : [b.top, b.bottom];
    const [left, right] = [Math.min(...xs), Math.max(...xs)];
    const [top, bottom] = [Math.min(...ys), Math.max(...ys)];
    return right > left && bottom > top ? { kind: 'box', left, top, right, bottom } : null;
  },
};

export function boxCorners(b: Bounds): Point[] {
  return [
    [b.left, b.top],
    [b.right, b.top],
    [b.right, b.bottom],
    [b.left, b.bottom],
  ];
}

/** The place on the box's diagonal nearest to a point, so that a corner keeps the ratio of the sides. */
function onDiagonal(b: Bounds, handle: string, to: { x: number; y: number }) {
  const fixed = { x: handle.includes('w') ? b.right : b.left, y: handle.includes('n') ? b.bottom : b.top };
  const [dx, dy] = [handle.includes('w') ? b.left - b.right : b.right - b.left, handle.includes('n') ? b.top - b.bottom : b.bottom - b.top];
  const t = ((to.x - fixed.x) * dx + (to.y - fixed.y) * dy) / (dx * dx + dy * dy);
  return imagePoint(fixed.x + t * dx, fixed.y + t * dy);
}
