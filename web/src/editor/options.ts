/** How the tools are set: sizes and habits that stay from shape to shape. */
import { Signal } from './signal';

export interface Options {
  /** Radius of the brush in screen pixels, so that a closer look paints finer. */
  brush: number;
  /** A pixel belongs to one annotation: painting takes it from the others. */
  panoptic: boolean;
  /** Corners snap to the corners and sides of neighbours. */
  snap: boolean;
  /** How far, in image points, a traced polygon may leave the pixels it is made from. */
  tolerance: number;
}

export const SMALLEST_BRUSH = 1;
export const LARGEST_BRUSH = 300;

export class ToolOptions implements Options {
  readonly changed = new Signal();
  brush = 16;
  panoptic = false;
  snap = true;
  tolerance = 0.75;

  set(values: Partial<Options>): void {
    Object.assign(this, values);
    this.brush = Math.min(LARGEST_BRUSH, Math.max(SMALLEST_BRUSH, this.brush));
    this.changed.emit();
  }

  /** A fifth larger or smaller, and at least one pixel. */
  resizeBrush(direction: 1 | -1): void {
    const next = direction > 0 ? Math.ceil(this.brush * 1.2 + 0.5) : Math.floor(this.brush / 1.2 - 0.5);
    this.set({ brush: next });
  }

  get values(): Options {
    const { brush, panoptic, snap, tolerance } = this;
    return { brush, panoptic, snap, tolerance };
  }
}
