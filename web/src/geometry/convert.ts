/** One kind of shape made into another, with what that costs told as IoU. */
import type { Keypoint, Point, Shape } from '../wire';
import { traced } from './areas';
import { boxCorners } from './kinds/box';
import { hull } from './kinds/cuboid';
import { presentOf } from './kinds/skeleton';
import { boundsOfShape, linesOf } from './shapes';
import { maskOf, type Spans, spansIoU, spansOf, spansOfRings } from './spans';

type Kind = Shape['kind'];

export interface Converted {
  shape: Shape;
  /** IoU of the pixels of both; null where one of them covers none. */
  iou: number | null;
}

/** The pixels whose middle a shape covers; none for lines and points. */
export function spansOfShape(shape: Shape): Spans {
  if (shape.kind === 'mask') return spansOf(shape);
  return spansOfRings(ringsOf(shape));
}

/** The shape as another kind; null where that cannot be. `tolerance` is in image points, for tracing masks. */
export function convert(shape: Shape, kind: Kind, tolerance: number): Converted | null {
  if (shape.kind === kind) return null;
  const made = MAKERS[kind]?.(shape, tolerance) ?? null;
  if (!made) return null;
  const [before, after] = [spansOfShape(shape), spansOfShape(made)];
  return { shape: made, iou: before.rows.length > 0 && after.rows.length > 0 ? spansIoU(before, after) : null };
}

const MAKERS: Partial<Record<Kind, (shape: Shape, tolerance: number) => Shape | null>> = {
  box: (shape) => {
    const { left, top, right, bottom } = boundsOfShape(shape);
    return right > left && bottom > top ? { kind: 'box', left, top, right, bottom } : null;
  },
  rotated_box: (shape, tolerance) => smallestBox(pointsOf(shape, tolerance)),
  ellipse: (shape, tolerance) => {
    const box = smallestBox(pointsOf(shape, tolerance));
    return box && { kind: 'ellipse', x: box.x, y: box.y, rx: box.width / 2, ry: box.height / 2, angle: box.angle };
  },
  polygon: (shape, tolerance) => {
    if (shape.kind === 'mask') return traced(spansOf(shape), tolerance)?.polygon ?? null;
    const rings = shape.kind === 'polyline' ? [shape.points] : ringsOf(shape);
    const parts = rings.filter((ring) => ring.length >= 3).map((ring): Point[][] => [ring.map(([x, y]): Point => [x, y])]);
    return parts.length > 0 ? { kind: 'polygon', parts } : null;
  },
  polyline: (shape) => {
    const ring = shape.kind === 'polygon' && shape.parts.length === 1 && shape.parts[0]!.length === 1 ? shape.parts[0]![0]! : null;
    return ring && { kind: 'polyline', points: [...ring, ring[0]!] };
  },
  mask: (shape) => maskOf(spansOfShape(shape)),
  points: (shape) =>
    shape.kind === 'skeleton' ? { kind: 'points', points: presentOf(shape).map(([x, y]): Point => [x, y]) } : null,
};

/** Closed outlines: every area a shape covers, by the even-odd rule. */
function ringsOf(shape: Shape): (readonly Point[])[] {
  if (shape.kind === 'cuboid') return [hull([...shape.front, ...shape.back])];
  return linesOf(shape)
    .filter(({ closed }) => closed)
    .map(({ points }) => points);
}

function pointsOf(shape: Shape, tolerance: number): Point[] {
  if (shape.kind === 'mask') return (traced(spansOf(shape), tolerance)?.polygon.parts ?? []).flat(2);
  if (shape.kind === 'points') return shape.points;
  if (shape.kind === 'skeleton') return presentOf(shape).map(([x, y]: Keypoint): Point => [x, y]);
  const points = linesOf(shape).flatMap((line) => [...line.points]);
  return points.length > 0 ? points : boxCorners(boundsOfShape(shape));
}

/**
 * The rotated box of smallest area around points; one of its sides lies on a side of the hull
 * (Freeman and Shapira, 1975). Null if the points lie on a line.
 */
export function smallestBox(points: readonly Point[]): Extract<Shape, { kind: 'rotated_box' }> | null {
  const ring = hull(points);
  if (ring.length < 3) return null;
  let best: { area: number; box: Extract<Shape, { kind: 'rotated_box' }> } | null = null;
  ring.forEach(([ax, ay], i) => {
    const [bx, by] = ring[(i + 1) % ring.length]!;
    const angle = Math.atan2(by - ay, bx - ax);
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
    for (const [x, y] of ring) {
      const [u, v] = [x * cos + y * sin, y * cos - x * sin];
      [left, right, top, bottom] = [Math.min(left, u), Math.max(right, u), Math.min(top, v), Math.max(bottom, v)];
    }
    const [width, height] = [right - left, bottom - top];
    if (width <= 0 || height <= 0 || (best && width * height >= best.area - 1e-9)) return;
    const [u, v] = [(left + right) / 2, (top + bottom) / 2];
    best = { area: width * height, box: { kind: 'rotated_box', x: u * cos - v * sin, y: u * sin + v * cos, width, height, angle } };
  });
  return (best as { box: Extract<Shape, { kind: 'rotated_box' }> } | null)?.box ?? null;
}
