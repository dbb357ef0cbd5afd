/**
 * Windows: which part of the item a smart tool looks at, and how finely.
 *
 * The rule: a copy never has more pixels than its budget, nor more than the screen can be given now. A
 * small item is copied whole at full size, once. Of a large one only what is seen is copied, shrunk to
 * the budget; looking closer makes it finer, down to the item's own pixels. Tools that find something on
 * a shrunken copy look again at a window around it alone. Scales go in steps, so that a little panning
 * and zooming finds the copies that are there.
 */
import type { Bounds } from '../geometry/bounds';

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Window {
  /** In whole pixels of the item. */
  readonly area: Bounds;
  /** Pixels of the copy to a pixel of the item, 1 at most. */
  readonly scale: number;
}

const STEPS = 2; // scales between a size and half of it

export const keyOf = ({ area: { left, top, right, bottom }, scale }: Window): string =>
  `${left},${top},${right},${bottom}@${scale.toFixed(6)}`;

/** The pixels of a window's copy. */
export function sizeOfCopy({ area, scale }: Window): Size {
  const side = (length: number) => Math.max(1, Math.round(length * scale));
  return { width: side(area.right - area.left), height: side(area.bottom - area.top) };
}

/** The part of an area that lies on the item, in whole pixels; null if none does. */
export function onItem(area: Bounds, { width, height }: Size): Bounds | null {
  const left = Math.max(0, Math.floor(area.left));
  const top = Math.max(0, Math.floor(area.top));
  const right = Math.min(width, Math.ceil(area.right));
  const bottom = Math.min(height, Math.ceil(area.bottom));
  return left < right && top < bottom ? { left, top, right, bottom } : null;
}

/** The window of an area with so many pixels at most, and no finer than `sharpest`; null off the item. */
export function windowOf(area: Bounds, item: Size, budget: number, sharpest = 1): Window | null {
  const seen = onItem(area, item);
  if (!seen) return null;
  const pixels = (seen.right - seen.left) * (seen.bottom - seen.top);
  return { area: seen, scale: stepDown(Math.min(1, sharpest, Math.sqrt(budget / pixels))) };
}

/** The whole item if that is within the budget, else the window of an area. */
export function wholeOr(area: Bounds, item: Size, budget: number, sharpest: number): Window | null {
  const whole = { left: 0, top: 0, right: item.width, bottom: item.height };
  if (sharpest >= 1 && item.width * item.height <= budget) return { area: whole, scale: 1 };
  return windowOf(steady(area), item, budget, sharpest);
}

/** The next scale of the ladder below or at a scale. */
export function stepDown(scale: number): number {
  if (scale >= 1) return 1;
  return 2 ** (Math.floor(Math.log2(scale) * STEPS + 1e-9) / STEPS);
}

/** The area grown to a coarse grid, so that a little panning keeps it. */
function steady({ left, top, right, bottom }: Bounds): Bounds {
  const longest = Math.max(right - left, bottom - top, 1);
  const step = 2 ** Math.max(0, Math.floor(Math.log2(longest)) - 2);
  const down = (x: number) => Math.floor(x / step) * step;
  const up = (x: number) => Math.ceil(x / step) * step;
  return { left: down(left), top: down(top), right: up(right), bottom: up(bottom) };
}
