/** What each kind of shape must be able to do. One file a kind lies in `kinds/`. */
import type { Point, Shape } from '../wire';
import type { Bounds } from './bounds';
import type { ImagePoint } from './point';

export type Of<K extends Shape['kind']> = Extract<Shape, { kind: K }>;

/** A place on a shape that a hand can drag. `insert` adds a vertex where there was none. */
export interface Handle {
  readonly at: ImagePoint;
  readonly cursor: string;
  readonly name: string;
  readonly insert?: boolean;
  /** Painted round: it turns, or belongs to a keypoint. */
  readonly round?: boolean;
}

/** How a handle is dragged: with Shift, sides keep their ratio and angles go in steps of 15°. */
export interface Grip {
  readonly shift?: boolean;
}

/** A line of a shape's outline; a closed one joins its last point with the first. */
export interface Line {
  readonly points: readonly Point[];
  readonly closed: boolean;
}

export interface Geometry<S extends Shape> {
  /** What is drawn of it; none for kinds that are drawn by pixels or points. */
  lines(shape: S): Line[];
  bounds(shape: S): Bounds;
  /** Square pixels; 0 for kinds that cover nothing. */
  area(shape: S): number;
  /** Whether the point lies inside. */
  holds(shape: S, p: ImagePoint): boolean;
  /** How far the point is from the outline, or from the nearest point. */
  edge(shape: S, p: ImagePoint): number;
  moved(shape: S, dx: number, dy: number): S;
  /** Turned clockwise by radians about a point; null where the kind cannot be turned. */
  turned(shape: S, angle: number, about: ImagePoint): Shape | null;
  /** `zoom` is screen pixels to an image pixel, for handles that keep a distance from the shape. */
  handles(shape: S, zoom: number): Handle[];
  /** The shape with a handle dragged to a point; null if that leaves nothing. */
  dragged(shape: S, handle: string, to: ImagePoint, grip: Grip): Shape | null;
  /** The shape without a vertex; null if it has none there, or cannot do without. */
  without?(shape: S, handle: string): Shape | null;
}
