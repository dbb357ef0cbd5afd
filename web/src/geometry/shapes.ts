/**
 * What can be asked of any shape, whatever its kind.
 *
 * A new kind is one file in `kinds/` and one entry here; nothing else branches over kinds.
 */
import type { Shape } from '../wire';
import type { Bounds } from './bounds';
import type { Geometry, Grip, Handle, Line, Of } from './geometry';
import { box } from './kinds/box';
import { cuboid } from './kinds/cuboid';
import { ellipse } from './kinds/ellipse';
import { mask } from './kinds/mask';
import { points } from './kinds/points';
import { polygon } from './kinds/polygon';
import { polyline } from './kinds/polyline';
import { rotatedBox } from './kinds/rotated-box';
import { skeleton } from './kinds/skeleton';
import type { ImagePoint } from './point';

export type { Handle, Line } from './geometry';
export { ringArea } from './rings';

const KINDS: { [K in Shape['kind']]: Geometry<Of<K>> } = {
  box,
  rotated_box: rotatedBox,
  polygon,
  polyline,
  points,
  ellipse,
  mask,
  skeleton,
  cuboid,
};

/** The names of all kinds of shapes. */
export const KIND_NAMES = Object.keys(KINDS) as Shape['kind'][];

function of(shape: Shape): Geometry<Shape> {
  return KINDS[shape.kind] as unknown as Geometry<Shape>;
}

// Shapes are values that never change, so what was worked out once stays true.
const knownBounds = new WeakMap<Shape, Bounds>();
const knownAreas = new WeakMap<Shape, number>();

export function boundsOfShape(shape: Shape): Bounds {
  if (shape.kind === 'box') return shape;
  let bounds = knownBounds.get(shape);
  if (!bounds) knownBounds.set(shape, (bounds = of(shape).bounds(shape)));
  return bounds;
}

export function areaOf(shape: Shape): number {
  let area = knownAreas.get(shape);
  if (area === undefined) knownAreas.set(shape, (area = of(shape).area(shape)));
  return area;
}

export const linesOf = (shape: Shape): Line[] => of(shape).lines(shape);
export const holdsPoint = (shape: Shape, p: ImagePoint): boolean => of(shape).holds(shape, p);
export const edgeDistance = (shape: Shape, p: ImagePoint): number => of(shape).edge(shape, p);
export const moved = (shape: Shape, dx: number, dy: number): Shape => of(shape).moved(shape, dx, dy);
export const turned = (shape: Shape, angle: number, about: ImagePoint): Shape | null => of(shape).turned(shape, angle, about);
export const handlesOf = (shape: Shape, zoom = 1): Handle[] => of(shape).handles(shape, zoom);
export const dragHandle = (shape: Shape, handle: string, to: ImagePoint, grip: Grip = {}): Shape | null =>
  of(shape).dragged(shape, handle, to, grip);
/** The shape without one vertex; null if it has none there, or cannot do without. */
export const withoutVertex = (shape: Shape, handle: string): Shape | null => of(shape).without?.(shape, handle) ?? null;
