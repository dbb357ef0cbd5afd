/** Applies adjustments to pixels by lookup tables: on what is shown, a tile at a time. */
import {
  type Adjustments,
  deepTable,
  type Depth,
  isPlain,
  keyOfAdjustments,
  plainTable,
} from '../editor/adjustments';

/** The pixels of a tile: a part of an image, or the values of a deep one. */
export interface Raw {
  readonly image?: CanvasImageSource;
  readonly values?: Uint16Array;
  readonly x: number;
  readonly y: number;
  readonly wide: number;
  readonly high: number;
}

/** A part of an image, ready to be painted. */
export interface Painted {
  readonly image: CanvasImageSource;
  readonly x: number;
  readonly y: number;
  readonly wide: number;
  readonly high: number;
}

/** What adjustments mean for pixels. Null: the pixels are painted as they are. */
export interface Recipe {
  readonly key: string;
  /** Colors, as pixels hold them, for the values of red, green and blue, or of the one channel shown. */
  readonly colors: readonly [Uint32Array, Uint32Array, Uint32Array] | null;
  readonly single: { readonly shift: number; readonly grays: Uint32Array } | null;
  /** Grays for the values of a deep picture. */
  readonly deep: Uint32Array | null;
}

const OPAQUE = 0xff000000;
const SHIFTS = { red: 0, green: 8, blue: 16 } as const; // pixels lie in memory as red, green, blue, alpha

/** The recipe of adjustments; `histogram` is of the values that are equalized. */
export function recipeOf(a: Adjustments, depth: Depth | null, histogram: ArrayLike<number> | null): Recipe | null {
  const key = `${keyOfAdjustments(a)} ${histogram ? 'known' : ''}`;
  if (depth) return { key, colors: null, single: null, deep: grays(deepTable(a, depth, histogram)) };
  if (isPlain({ ...a, window: null })) return null;
  const table = plainTable(a, histogram);
  if (a.channel !== 'all') return { key, colors: null, single: { shift: SHIFTS[a.channel], grays: grays(table) }, deep: null };
  const red = Uint32Array.from(table, (value) => (OPAQUE | value) >>> 0);
  const green = Uint32Array.from(table, (value) => value << 8);
  const blue = Uint32Array.from(table, (value) => value << 16);
  return { key, colors: [red, green, blue], single: null, deep: null };
}

function grays(table: Uint8Array): Uint32Array {
  return Uint32Array.from(table, (value) => (OPAQUE | (value << 16) | (value << 8) | value) >>> 0);
}

/** Turn pixels by a recipe. */
export function turnPixels(pixels: Uint32Array, recipe: Recipe): void {
  const { colors, single } = recipe;
  if (single) {
    const { grays, shift } = single;
    for (let at = 0; at < pixels.length; at++) pixels[at] = grays[(pixels[at]! >>> shift) & 255]!;
  } else if (colors) {
    const [red, green, blue] = colors;
    for (let at = 0; at < pixels.length; at++) {
      const pixel = pixels[at]!;
      pixels[at] = red[pixel & 255]! | green[(pixel >>> 8) & 255]! | blue[(pixel >>> 16) & 255]!;
    }
  }
}

/** Fill pixels with the grays of deep values. */
export function fillDeep(pixels: Uint32Array, values: Uint16Array, grays: Uint32Array): void {
  for (let at = 0; at < pixels.length; at++) pixels[at] = grays[values[at]!]!;
}

/** The values of a deep tile, which travels with the high byte as red and the low one as green. */
export function deepValues(pixels: Uint32Array): Uint16Array {
  const values = new Uint16Array(pixels.length);
  for (let at = 0; at < pixels.length; at++) {
    const pixel = pixels[at]!;
    values[at] = ((pixel & 255) << 8) | ((pixel >>> 8) & 255);
  }
  return values;
}

/** How often each value comes. */
export function histogramOf(values: Uint16Array): Uint32Array {
  const counts = new Uint32Array(65_536);
  for (let at = 0; at < values.length; at++) counts[values[at]!]!++;
  return counts;
}

/** How often each brightness comes, or each value of a channel. */
export function histogramOfPixels(pixels: Uint32Array, channel: Adjustments['channel']): Uint32Array {
  const counts = new Uint32Array(256);
  for (let at = 0; at < pixels.length; at++) {
    const pixel = pixels[at]!;
    const value =
      channel === 'all'
        ? (77 * (pixel & 255) + 150 * ((pixel >>> 8) & 255) + 29 * ((pixel >>> 16) & 255)) >>> 8
        : (pixel >>> SHIFTS[channel]) & 255;
    counts[value]!++;
  }
  return counts;
}

/** Reads and turns tiles with canvases; what was turned is kept with its tile until the recipe changes. */
export class Kitchen {
  private readonly done = new WeakMap<Raw, { key: string; canvas: HTMLCanvasElement }>();
  private scratch: CanvasRenderingContext2D | null = null;

  /** The tile as the recipe wants it, if it was turned already. */
  ready(raw: Raw, recipe: Recipe | null): Painted | null {
    if (!recipe) return raw.image ? { image: raw.image, x: raw.x, y: raw.y, wide: raw.wide, high: raw.high } : null;
    const found = this.done.get(raw);
    return found?.key === recipe.key ? whole(found.canvas) : null;
  }

  /** The tile as the recipe wants it, turned now if it was not. */
  turned(raw: Raw, recipe: Recipe | null): Painted | null {
    const ready = this.ready(raw, recipe);
    if (ready || !recipe) return ready;
    const canvas = this.done.get(raw)?.canvas ?? document.createElement('canvas');
    if (canvas.width !== raw.wide || canvas.height !== raw.high) [canvas.width, canvas.height] = [raw.wide, raw.high];
    const data = raw.values ? new ImageData(raw.wide, raw.high) : this.read(raw);
    const pixels = new Uint32Array(data.data.buffer);
    if (raw.values && recipe.deep) fillDeep(pixels, raw.values, recipe.deep);
    else turnPixels(pixels, recipe);
    canvas.getContext('2d')!.putImageData(data, 0, 0);
    this.done.set(raw, { key: recipe.key, canvas });
    return whole(canvas);
  }

  /** The pixels of a part of an image. */
  read({ image, x, y, wide, high }: Raw): ImageData {
    this.scratch ??= document.createElement('canvas').getContext('2d', { willReadFrequently: true })!;
    const { canvas } = this.scratch;
    if (canvas.width < wide || canvas.height < high) {
      [canvas.width, canvas.height] = [Math.max(canvas.width, wide), Math.max(canvas.height, high)];
    }
    this.scratch.globalCompositeOperation = 'copy';
    this.scratch.drawImage(image!, x, y, wide, high, 0, 0, wide, high);
    return this.scratch.getImageData(0, 0, wide, high);
  }
}

function whole(canvas: HTMLCanvasElement): Painted {
  return { image: canvas, x: 0, y: 0, wide: canvas.width, high: canvas.height };
}
