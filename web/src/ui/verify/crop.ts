/** Where the crops of cells come from, and how large they are asked for. */
import { address } from '../../api';
import { boundsOfShape } from '../../geometry/shapes';
import type { Shape } from '../../wire';
import type { Window } from './wire';

const SIZES = [128, 192, 256, 384, 512];
const AROUND = 0.6; // of the longer side, on each side of what is corrected
const LEAST = 48; // pixels
const WIDE = 1.9; // width over height of the place where it is corrected

/** The address of a part of an item's picture; few different sizes, so that caches are hit. */
export function cropAddress(item: string, window: Window, pixels: number): string {
  const size = SIZES.find((known) => known >= pixels) ?? SIZES[SIZES.length - 1]!;
  return address(`/items/${item}/crop`, { ...window, size });
}

export function largeCrop(item: string, window: Window): string {
  return address(`/items/${item}/crop`, { ...window, size: 1400 });
}

/** The surroundings in which a shape is corrected, within the picture. */
export function surroundings(shape: Shape | null | undefined, width: number, height: number): Window {
  if (!shape) return { left: 0, top: 0, right: width, bottom: height };
  const { left, top, right, bottom } = boundsOfShape(shape);
  const room = Math.max(LEAST, AROUND * Math.max(right - left, bottom - top));
  const [t, b] = span(top - room, bottom + room, height);
  const across = Math.max(room, (WIDE * (b - t) - (right - left)) / 2);
  const [l, r] = span(left - across, right + across, width);
  return { left: l, top: t, right: r, bottom: b };
}

function span(from: number, to: number, length: number): [number, number] {
  const start = Math.max(0, Math.min(Math.floor(from), length - 1));
  return [start, Math.max(start + 1, Math.min(Math.ceil(to), length))];
}

export interface Layout {
  columns: number;
  rows: number;
  /** The side of a crop: as wished, and more where there is room for no further cell. */
  side: number;
}

/** How many cells fit into a space, so that a page is seen whole. */
export function layout(width: number, height: number, wished: number): Layout {
  const columns = Math.max(1, Math.floor((width + GAP) / (wished + GAP)));
  const rows = Math.max(1, Math.floor((height + GAP) / (wished + CAPTION + GAP)));
  const across = Math.floor((width + GAP) / columns) - GAP;
  const down = Math.floor((height + GAP) / rows) - GAP - CAPTION;
  return { columns, rows, side: Math.max(wished, Math.min(across, down)) };
}

export const GAP = 8;
export const CAPTION = 36;
