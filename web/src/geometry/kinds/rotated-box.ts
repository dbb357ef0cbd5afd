/** Rotated boxes: a center, a width and height, and an angle. */
import type { Point } from '../../wire';
import { boundsOf } from '../bounds';
import type { Geometry, Of } from '../geometry';
import { ringEdge } from '../rings';
import { dragFrame, type Frame, frameHandles, placeIn, turnFrame, withinFrame } from './turned-frame';

type RotatedBox = Of<'rotated_box'>;

export const rotatedBox: Geometry<RotatedBox> = {
  lines: (b) => [{ points: rotatedCorners(b), closed: true }],
  bounds: (b) => boundsOf(rotatedCorners(b)),
  area: (b) => b.width * b.height,
  holds: (b, p) => {
    const { u, v } = withinFrame(frameOf(b), p);
    return Math.abs(u) <= 1 && Math.abs(v) <= 1;
  },
  edge: (b, p) => ringEdge(rotatedCorners(b), p),
  moved: (b, dx, dy) => ({ ...b, x: b.x + dx, y: b.y + dy }),
  turned: (b, angle, about) => boxOf(turnFrame(frameOf(b), angle, about)),
  handles: (b, zoom) => frameHandles(frameOf(b), zoom),
  dragged: (b, handle, to, grip) => {
    const frame = dragFrame(frameOf(b), handle, to, grip);
    return frame && boxOf(frame);
  },
};

/** Its corners, clockwise, from the one that is top-left when not turned. */
export function rotatedCorners(b: RotatedBox): Point[] {
  const frame = frameOf(b);
  return [
    [-1, -1],
    [1, -1],
    [1, 1],
    [-1, 1],
  ].map(([u, v]) => {
    const { x, y } = placeIn(frame, u!, v!);
    return [x, y];
  });
}

const frameOf = (b: RotatedBox): Frame => ({ x: b.x, y: b.y, across: b.width / 2, down: b.height / 2, angle: b.angle });

const boxOf = (f: Frame): RotatedBox => ({
  kind: 'rotated_box',
  x: f.x,
  y: f.y,
  width: 2 * f.across,
  height: 2 * f.down,
  angle: f.angle,
});
