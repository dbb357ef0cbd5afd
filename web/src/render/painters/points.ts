/** Paints points and skeletons: round marks that keep their size at every zoom. */
import { ABSENT, VISIBLE } from '../../geometry/kinds/skeleton';
import { boundsOfShape } from '../../geometry/shapes';
import type { Shape } from '../../wire';
import type { Look, Place } from '../look';

type Of<K extends Shape['kind']> = Extract<Shape, { kind: K }>;

const RADIUS = 4; // CSS pixels
const FRAME = [2, 4];

export function paintPoints(context: CanvasRenderingContext2D, shape: Of<'points'>, look: Look, place: Place): void {
  context.setLineDash([]);
  for (const [x, y] of shape.points) mark(context, x, y, true, look, place);
}

export function paintSkeleton(context: CanvasRenderingContext2D, shape: Of<'skeleton'>, look: Look, place: Place): void {
  const { scale, left, top, ratio } = place;
  const { keypoints } = shape;
  context.beginPath();
  for (const [a, b] of look.edges ?? []) {
    const [from, to] = [keypoints[a], keypoints[b]];
    if (!from || !to || from[2] === ABSENT || to[2] === ABSENT) continue;
    context.moveTo(from[0] * scale + left, from[1] * scale + top);
    context.lineTo(to[0] * scale + left, to[1] * scale + top);
  }
  context.stroke();
  // The frame tells which points are one, and can be clicked.
  const { left: l, top: t, right, bottom } = boundsOfShape(shape);
  context.setLineDash(FRAME.map((length) => length * ratio));
  context.lineWidth = ratio;
  context.globalAlpha = 0.6;
  context.strokeRect(l * scale + left, t * scale + top, (right - l) * scale, (bottom - t) * scale);
  context.globalAlpha = 1;
  context.setLineDash([]);
  for (const [x, y, visibility] of keypoints) {
    if (visibility !== ABSENT) mark(context, x, y, visibility === VISIBLE, look, place);
  }
}

/** A full mark for what is seen, an open one for what is hidden behind something. */
function mark(context: CanvasRenderingContext2D, x: number, y: number, full: boolean, look: Look, place: Place): void {
  const { scale, left, top, ratio } = place;
  context.beginPath();
  context.arc(x * scale + left, y * scale + top, RADIUS * ratio, 0, Math.PI * 2);
  context.fillStyle = full ? look.color : '#ffffffd0';
  context.fill();
  context.lineWidth = (full ? 1.2 : 2.2) * ratio;
  context.strokeStyle = full ? '#101618' : look.color;
  context.stroke();
  context.strokeStyle = look.color;
  context.fillStyle = look.color;
}
