/**
 * Which tiles of a pyramid are seen, and where they lie. Level 0 is the picture itself; a pixel of level k
 * covers `step(k)` pixels of it, so that places stay exact.
 */
import type { Bounds } from '../geometry/bounds';
import type { Place } from './look';

export interface Tiling {
  readonly width: number;
  readonly height: number;
  /** Pixels of a level on each side of a tile, without what it shares with its neighbors. */
  readonly size: number;
  /** Pixels of its neighbors that a tile carries on each side. */
  readonly overlap: number;
  readonly levels: number;
  /** Pixels of the picture to a pixel of the level. */
  step(level: number): { x: number; y: number };
}

export interface TileAt {
  readonly level: number;
  readonly x: number;
  readonly y: number;
}

/** The tiling of a pyramid in which each level is half as large as the one before. */
export function halving(width: number, height: number, size: number, overlap: number, levels: number): Tiling {
  return { width, height, size, overlap, levels, step: (level) => ({ x: 2 ** level, y: 2 ** level }) };
}

export const keyOf = ({ level, x, y }: TileAt): string => `${level}/${x}/${y}`;

/** The level that has a pixel or more for each of the surface, or the nearest there is. */
export function levelFor(scale: number, levels: number): number {
  return Math.min(levels - 1, Math.max(0, Math.floor(Math.log2(1 / scale) + 1e-9)));
}

/** The part of the picture that lies on a surface, however the view is turned. */
export function seenOn(surface: { width: number; height: number }, place: Place, picture: { width: number; height: number }): Bounds {
  const [sin, cos] = [Math.abs(Math.sin(place.angle ?? 0)), Math.abs(Math.cos(place.angle ?? 0))];
  const wide = surface.width * cos + surface.height * sin;
  const high = surface.width * sin + surface.height * cos;
  const [x, y] = [surface.width / 2 - place.left, surface.height / 2 - place.top];
  return {
    left: Math.max(0, (x - wide / 2) / place.scale),
    top: Math.max(0, (y - high / 2) / place.scale),
    right: Math.min(picture.width, (x + wide / 2) / place.scale),
    bottom: Math.min(picture.height, (y + high / 2) / place.scale),
  };
}

/** The tiles of a level that an area touches, those in its middle first; `around` adds rings of neighbors. */
export function tilesIn(tiling: Tiling, level: number, area: Bounds, around = 0): TileAt[] {
  if (area.right <= area.left || area.bottom <= area.top) return [];
  const span = spanOf(tiling, level);
  const columns = reach(area.left / span.x, area.right / span.x, tiling.width / span.x, around);
  const rows = reach(area.top / span.y, area.bottom / span.y, tiling.height / span.y, around);
  const found: TileAt[] = [];
  for (let y = rows.from; y < rows.to; y++) for (let x = columns.from; x < columns.to; x++) found.push({ level, x, y });
  const middle = { x: (area.left + area.right) / 2 / span.x - 0.5, y: (area.top + area.bottom) / 2 / span.y - 0.5 };
  const away = (tile: TileAt) => (tile.x - middle.x) ** 2 + (tile.y - middle.y) ** 2;
  return found.sort((a, b) => away(a) - away(b));
}

/** How many tiles of a level an area touches. */
export function countIn(tiling: Tiling, level: number, area: Bounds): number {
  const span = spanOf(tiling, level);
  const across = Math.ceil(area.right / span.x) - Math.floor(area.left / span.x);
  return Math.max(0, across) * Math.max(0, Math.ceil(area.bottom / span.y) - Math.floor(area.top / span.y));
}

/** The tile of a coarser level that holds a tile’s upper left corner, and with halving levels all of it. */
export function ancestor(tiling: Tiling, tile: TileAt, level: number): TileAt {
  const [own, wide] = [spanOf(tiling, tile.level), spanOf(tiling, level)];
  return {
    level,
    x: Math.floor((tile.x * own.x) / wide.x + 1e-9),
    y: Math.floor((tile.y * own.y) / wide.y + 1e-9),
  };
}

/** The part of the picture that is a tile’s own. */
export function boundsOfTile(tiling: Tiling, { level, x, y }: TileAt): Bounds {
  const span = spanOf(tiling, level);
  return {
    left: x * span.x,
    top: y * span.y,
    right: Math.min(tiling.width, (x + 1) * span.x),
    bottom: Math.min(tiling.height, (y + 1) * span.y),
  };
}

/** The corner of the picture at which the pixels of a tile begin, with what it shares with its neighbors. */
export function cornerOfTile(tiling: Tiling, { level, x, y }: TileAt): { x: number; y: number } {
  const step = tiling.step(level);
  return {
    x: Math.max(0, x * tiling.size - tiling.overlap) * step.x,
    y: Math.max(0, y * tiling.size - tiling.overlap) * step.y,
  };
}

/** Whole pixels of a surface, so that neighbors meet without a gap and without sharing a pixel. */
export function snapped(area: Bounds, { scale, left, top }: Place): { x: number; y: number; width: number; height: number } {
  const x = Math.round(area.left * scale + left);
  const y = Math.round(area.top * scale + top);
  return {
    x,
    y,
    width: Math.round(area.right * scale + left) - x,
    height: Math.round(area.bottom * scale + top) - y,
  };
}

function spanOf({ size, step }: Tiling, level: number): { x: number; y: number } {
  const { x, y } = step(level);
  return { x: size * x, y: size * y };
}

function reach(from: number, to: number, count: number, around: number): { from: number; to: number } {
  return { from: Math.max(0, Math.floor(from) - around), to: Math.min(Math.ceil(count), Math.ceil(to) + around) };
}
