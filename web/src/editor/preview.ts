/** What is shown but not stored: a shape in the making, shapes on the move, a stroke, a measure. */
import type { Bounds } from '../geometry/bounds';
import type { ImagePoint } from '../geometry/point';
import type { Shape } from '../wire';
import type { Prompting } from './prompting';

export interface Preview {
  drawing?: { shape: Shape | null; path: readonly ImagePoint[]; closable?: boolean };
  moving?: ReadonlyMap<string, Shape>;
  frame?: Bounds;
  /** A brush on its way; its pixels are worked out when it is lifted. */
  stroke?: Stroke;
  /** The size of the brush at the pointer; radius in image points. */
  brush?: { at: ImagePoint; radius: number };
  /** Words beside a place. */
  label?: { at: ImagePoint; text: string };
  /** A line that is no shape: a measure, a cut, a relation in the making. */
  line?: readonly ImagePoint[];
  /** Where the next corner would snap to. */
  snapped?: ImagePoint;
  /** What is asked and proposed, for the tools that ask. */
  smart?: Prompting;
}

export interface Stroke {
  readonly points: readonly ImagePoint[];
  readonly radius: number;
  readonly erase: boolean;
  /** The mask it changes; null for a new one, or for all under an eraser. */
  readonly target: string | null;
}
