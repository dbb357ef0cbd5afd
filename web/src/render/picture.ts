/** The picture of an item: whole with half-size copies, or in tiles. Both are painted and adjusted alike. */
import { type Adjustments, type Depth } from '../editor/adjustments';
import { Signal } from '../editor/signal';
import { histogramOfPixels, Kitchen, type Raw, type Recipe, recipeOf } from './adjusting';
import type { Place } from './look';
import { type Tiles, Wall } from './tiles';
import { keyOf, seenOn, type TileAt, tilesIn, type Tiling } from './tiling';

const SMALLEST_COPY = 600;
const CUT = 512; // pixels of a copy that are adjusted together
const MOST_CUTS = 96;
const COARSER = 2; // levels below the one shown, for what stands in during a drag
const SAMPLE = 512; // pixels of the longer side of what is counted to equalize a picture

/** Whether more detail is on its way: `making` on the server, or never, for the reason given. */
export interface Sharpness {
  readonly state: 'sharp' | 'making' | 'coarse';
  /** The share of the making that is done. */
  readonly done: number;
  readonly problem: string | null;
}

export interface Picture {
  readonly width: number;
  readonly height: number;
  /** Something arrived, and what was painted can be painted better. */
  readonly changed: Signal;
  readonly sharpness: Sharpness;
  /** Whether all that was painted last was as sharp as the zoom asks for. */
  readonly isSharp: boolean;
  /** Paint the picture where it lies. */
  paint(context: CanvasRenderingContext2D, place: Place, adjustments: Adjustments): void;
  /** Paint it as it is and as far as it is at hand, for maps and the like. */
  paintSmall(context: CanvasRenderingContext2D, place: Place): void;
  /** Let go of what can be fetched again. */
  rest(): void;
}

export const SHARP: Sharpness = { state: 'sharp', done: 1, problem: null };

/** An image at an address, decoded. Rejects with a sentence. */
export async function imageAt(address: string): Promise<HTMLImageElement> {
  const image = new Image();
  image.decoding = 'async';
  image.src = address;
  try {
    await image.decode();
  } catch {
    throw new Error('The picture of this item could not be loaded.');
  }
  return image;
}

export class WholePicture implements Picture {
  readonly changed = new Signal();
  readonly sharpness = SHARP;
  isSharp = true;
  private readonly copies: CanvasImageSource[];
  private readonly wall: Wall;
  private readonly cuts: Cuts;
  private readonly recipes: Recipes;

  constructor(
    image: CanvasImageSource,
    readonly width: number,
    readonly height: number,
  ) {
    this.copies = [image];
    this.cuts = new Cuts(this.copies, width, height);
    const kitchen = new Kitchen();
    this.wall = new Wall(this.cuts, kitchen);
    this.recipes = new Recipes(null, (channel) => histogramOfPixels(sampled(image, width, height, kitchen), channel));
  }

  static async load(address: string, width: number, height: number): Promise<WholePicture> {
    return new WholePicture(await imageAt(address), width, height);
  }

  paint(context: CanvasRenderingContext2D, place: Place, adjustments: Adjustments): void {
    const level = this.made(Math.max(0, Math.floor(Math.log2(1 / place.scale))));
    smoothFor(context, place);
    const recipe = this.recipes.of(adjustments);
    if (recipe) this.paintAdjusted(context, place, level, recipe);
    else {
      this.isSharp = true;
      this.paintCopy(context, place, level);
    }
  }

  paintSmall(context: CanvasRenderingContext2D, place: Place): void {
    smoothFor(context, place);
    this.paintCopy(context, place, this.made(Math.max(0, Math.floor(Math.log2(1 / place.scale)))));
  }

  rest(): void {
    this.cuts.clear();
  }

  private paintCopy(context: CanvasRenderingContext2D, { scale, left, top }: Place, level: number): void {
    context.drawImage(this.copies[level]!, left, top, this.width * scale, this.height * scale);
  }

  private paintAdjusted(context: CanvasRenderingContext2D, place: Place, level: number, recipe: Recipe): void {
    this.made(level + COARSER);
    const seen = tilesIn(this.cuts.tiling, level, seenOn(context.canvas, place, this));
    const { isSharp, more } = this.wall.paint(context, place, seen, recipe, null);
    this.isSharp = isSharp;
    if (more) queueMicrotask(() => this.changed.emit());
  }

  /** Makes half-size copies down to a level, or as far as they make sense; gives the level reached. */
  private made(level: number): number {
    let reached = this.copies.length - 1;
    while (reached < level) {
      const [wide, high] = [this.width >> (reached + 1), this.height >> (reached + 1)];
      if (Math.max(wide, high) < SMALLEST_COPY || Math.min(wide, high) < 1) break;
      const half = document.createElement('canvas');
      [half.width, half.height] = [wide, high];
      const context = half.getContext('2d')!;
      context.imageSmoothingQuality = 'medium';
      context.drawImage(this.copies[reached]!, 0, 0, wide, high);
      this.copies.push(half);
      reached++;
    }
    return Math.min(level, reached);
  }
}

/** Above 2 : 1 pixels are shown as what they are. */
export function smoothFor(context: CanvasRenderingContext2D, { scale }: Place): void {
  context.imageSmoothingEnabled = scale < 2;
  context.imageSmoothingQuality = 'medium';
}

/** The recipe of the adjustments that were asked for last; what is equalized is counted once. */
export class Recipes {
  private last: { adjustments: Adjustments; isKnown: boolean; recipe: Recipe | null } | null = null;
  private readonly counted = new Map<string, ArrayLike<number>>();

  constructor(
    private readonly depth: Depth | null,
    /** Null: what is counted is not at hand yet. */
    private readonly count: (channel: Adjustments['channel']) => ArrayLike<number> | null,
  ) {}

  of(adjustments: Adjustments): Recipe | null {
    const histogram = adjustments.equalize ? this.histogram(adjustments.channel) : null;
    const isKnown = histogram !== null;
    if (this.last?.adjustments !== adjustments || this.last.isKnown !== isKnown) {
      this.last = { adjustments, isKnown, recipe: recipeOf(adjustments, this.depth, histogram) };
    }
    return this.last.recipe;
  }

  private histogram(channel: Adjustments['channel']): ArrayLike<number> | null {
    const known = this.counted.get(channel);
    if (known) return known;
    const counted = this.count(channel);
    if (counted) this.counted.set(channel, counted);
    return counted;
  }
}

/** The pixels of a small copy of an image. */
export function sampled(image: CanvasImageSource, width: number, height: number, kitchen: Kitchen): Uint32Array {
  const canvas = document.createElement('canvas');
  const scale = Math.min(1, SAMPLE / Math.max(width, height));
  [canvas.width, canvas.height] = [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
  canvas.getContext('2d')!.drawImage(image, 0, 0, canvas.width, canvas.height);
  const data = kitchen.read({ image: canvas, x: 0, y: 0, wide: canvas.width, high: canvas.height });
  return new Uint32Array(data.data.buffer);
}

/** A picture that is at hand, cut into tiles to be adjusted one by one. */
class Cuts implements Tiles {
  private readonly cut = new Map<string, Raw>();
  readonly tiling: Tiling;

  constructor(
    private readonly copies: readonly CanvasImageSource[],
    width: number,
    height: number,
  ) {
    this.tiling = {
      width,
      height,
      size: CUT,
      overlap: 1,
      get levels() {
        return copies.length;
      },
      // A copy is stretched over all of the picture, as it is where it is painted whole.
      step: (level) => ({ x: width / (width >> level), y: height / (height >> level) }),
    };
  }

  find(tile: TileAt): Raw | null {
    const key = keyOf(tile);
    const found = this.cut.get(key) ?? this.cutOut(tile);
    this.cut.delete(key);
    this.cut.set(key, found);
    if (this.cut.size > MOST_CUTS) this.cut.delete(this.cut.keys().next().value!);
    return found;
  }

  clear(): void {
    this.cut.clear();
  }

  private cutOut({ level, x, y }: TileAt): Raw {
    const [wide, high] = [this.tiling.width >> level, this.tiling.height >> level];
    const [left, top] = [Math.max(0, x * CUT - 1), Math.max(0, y * CUT - 1)];
    return {
      image: this.copies[level]!,
      x: left,
      y: top,
      wide: Math.min(wide, (x + 1) * CUT + 1) - left,
      high: Math.min(high, (y + 1) * CUT + 1) - top,
    };
  }
}
