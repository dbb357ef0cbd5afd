/** What is shown but not stored: a shape in the making, shapes on the move, and a frame. */
import type { Bounds } from '../geometry/bounds';
import type { ImagePoint } from '../geometry/point';
import type { Shape } from '../wire';

export interface Preview {
  drawing?: { shape: Shape | null; path: readonly ImagePoint[]; closable?: boolean };
  moving?: ReadonlyMap<string, Shape>;
  frame?: Bounds;
}
