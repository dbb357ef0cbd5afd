/**
 * A huge or deep picture: a preview at once, then the tiles that the view asks for.
 *
 * While the server makes the tiles, the preview stays and `sharpness` tells how far they are. A deep picture
 * is adjusted by its values; its preview shows them as the file suggests until they are here.
 */
import { type Adjustments, type Depth, PLAIN } from '../editor/adjustments';
import { Signal } from '../editor/signal';
import { t } from '../language/language';
import { deepValues, histogramOf, histogramOfPixels, Kitchen, type Raw } from './adjusting';
import type { Place } from './look';
import { imageAt, type Picture, Recipes, sampled, SHARP, type Sharpness, smoothFor, WholePicture } from './picture';
import { type Kept, TileLoader } from './tile-loader';
import { type Tiles, Wall } from './tiles';
import { ancestor, countIn, halving, keyOf, levelFor, seenOn, snapped, type TileAt, tilesIn, type Tiling } from './tiling';

const MOST_BYTES = 64 * 2 ** 20; // of decoded tiles
const MOST_SEEN = 56; // tiles; a view of more is painted one level coarser
const MOST_WANTED = 62;
const COVER = 2;
const SOON = 400; // milliseconds between questions whether the tiles are made
const LATER = 2_000;
const MUCH_LATER = 70_000; // longer than the server remembers a failure
const BRIEF = 20; // questions that come soon one after the other
const MOST_QUESTIONS = 900;

/** What the envelope says of an item’s picture. */
export interface PictureOf {
  readonly image: string;
  readonly preview: string;
  readonly width: number;
  readonly height: number;
  readonly tiles: { readonly size: number; readonly overlap: number; readonly levels: number } | null;
  readonly depth: Depth | null;
}

type Tile = Raw & Kept;

/** The picture of an item, in the way that suits its size. Rejects with a sentence when it cannot be shown. */
export async function loadPicture(item: PictureOf): Promise<Picture> {
  const { image, width, height, tiles, depth } = item;
  if (!tiles) return WholePicture.load(image, width, height);
  const address = image.replace(/image$/, 'tiles');
  const tiling = halving(width, height, tiles.size, tiles.overlap, tiles.levels);
  // Both at once: while the preview comes, the server begins to make the tiles.
  const state = askFor(address);
  return new TiledPicture(await imageAt(item.preview), tiling, depth, address, state);
}

interface State {
  readonly state: 'ready' | 'making' | 'failed';
  readonly done: number;
  readonly problem: string | null;
}

export class TiledPicture implements Picture, Tiles {
  readonly changed = new Signal();
  readonly width: number;
  readonly height: number;
  sharpness: Sharpness = { state: 'making', done: 0, problem: null };
  isSharp = false;
  private readonly loader: TileLoader<Tile>;
  private readonly kitchen = new Kitchen();
  private readonly wall = new Wall(this, this.kitchen);
  private readonly ground: WholePicture;
  private readonly recipes: Recipes;
  private readonly small: Recipes;
  private questions = 0;
  private isResting = false;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    preview: CanvasImageSource,
    readonly tiling: Tiling,
    private readonly depth: Depth | null,
    private readonly address: string,
    state: Promise<State | null>,
  ) {
    [this.width, this.height] = [tiling.width, tiling.height];
    this.ground = new WholePicture(preview, ...sizeOf(preview));
    this.ground.changed.subscribe(() => this.changed.emit());
    this.recipes = new Recipes(depth, (channel) => this.count(channel, preview));
    this.small = new Recipes(depth, () => null);
    this.loader = new TileLoader((tile, signal) => this.fetch(tile, signal), () => this.changed.emit(), MOST_BYTES);
    void state.then((told) => this.told(told));
  }

  find(tile: TileAt): Raw | null {
    return this.loader.find(tile);
  }

  paint(context: CanvasRenderingContext2D, place: Place, adjustments: Adjustments): void {
    if (this.isResting) this.resume();
    smoothFor(context, place);
    const recipe = this.recipes.of(adjustments);
    if (this.sharpness.state !== 'sharp') {
      this.isSharp = false;
      this.paintGround(context, place, adjustments);
      return;
    }
    const area = seenOn(context.canvas, place, this);
    const level = this.levelFor(place, area);
    const seen = tilesIn(this.tiling, level, area);
    this.loader.want(this.wanted(seen, level, area));
    const { isSharp, more } = this.wall.paint(context, place, seen, recipe, () => this.paintGround(context, place, adjustments));
    this.isSharp = isSharp;
    if (more) queueMicrotask(() => this.changed.emit());
  }

  paintSmall(context: CanvasRenderingContext2D, place: Place): void {
    const ground = () => this.onGround(context, place, (at) => this.ground.paintSmall(context, at));
    smoothFor(context, place);
    if (this.sharpness.state !== 'sharp') return ground();
    const area = seenOn(context.canvas, place, this);
    const seen = tilesIn(this.tiling, this.levelFor(place, area), area);
    this.wall.paint(context, place, seen, this.small.of(PLAIN), ground);
  }

  rest(): void {
    this.isResting = true;
    clearTimeout(this.timer);
    this.loader.clear();
    this.ground.rest();
  }

  /** A picture that was put away is looked at again. */
  private resume(): void {
    this.isResting = false;
    if (this.sharpness.state !== 'sharp') this.ask(0);
  }

  /** The preview, stretched over the picture. Values that it does not hold cannot be windowed. */
  private paintGround(context: CanvasRenderingContext2D, place: Place, adjustments: Adjustments): void {
    this.onGround(context, place, (at) =>
      this.ground.paint(context, at, this.depth ? { ...adjustments, window: null } : adjustments),
    );
    smoothFor(context, place);
  }

  /** A preview is at least a pixel wide; of a very thin picture no more than the picture is shown. */
  private onGround(context: CanvasRenderingContext2D, place: Place, paint: (at: Place) => void): void {
    const scale = Math.max(this.width, this.height) / Math.max(this.ground.width, this.ground.height);
    const { x, y, width, height } = snapped({ left: 0, top: 0, right: this.width, bottom: this.height }, place);
    context.save();
    context.beginPath();
    context.rect(x, y, width, height);
    context.clip();
    paint({ ...place, scale: place.scale * scale });
    context.restore();
  }

  private levelFor(place: Place, area: ReturnType<typeof seenOn>): number {
    let level = levelFor(place.scale, this.tiling.levels);
    while (level < this.tiling.levels - 1 && countIn(this.tiling, level, area) > MOST_SEEN) level++;
    return level;
  }

  /** What to fetch, the most urgent first: coarse tiles that cover much, what is seen, then its neighbors. */
  private wanted(seen: readonly TileAt[], level: number, area: ReturnType<typeof seenOn>): TileAt[] {
    const last = this.tiling.levels - 1;
    const found = new Map<string, TileAt>();
    const add = (tile: TileAt) => found.set(keyOf(tile), tile);
    tilesIn(this.tiling, last, area).forEach(add);
    const cover = Math.min(last, level + COVER);
    seen.forEach((tile) => add(ancestor(this.tiling, tile, cover)));
    seen.forEach(add);
    for (const tile of tilesIn(this.tiling, level, area, 1)) {
      if (found.size >= MOST_WANTED) break;
      add(tile);
    }
    return [...found.values()];
  }

  private async fetch({ level, x, y }: TileAt, signal: AbortSignal): Promise<Tile> {
    const answer = await fetch(`${this.address}/${level}/${x}/${y}`, { signal });
    if (answer.status === 409) this.ask(SOON); // it was removed to make room, and is made anew
    if (!answer.ok) throw new Error(String(answer.status));
    const blob = await answer.blob();
    const exact = this.depth ? ({ colorSpaceConversion: 'none', premultiplyAlpha: 'none' } as const) : {};
    const image = await createImageBitmap(blob, exact);
    const size = { x: 0, y: 0, wide: image.width, high: image.height };
    if (!this.depth) return { ...size, image, bytes: image.width * image.height * 4, close: () => image.close() };
    const pixels = new Uint32Array(this.kitchen.read({ ...size, image }).data.buffer);
    image.close();
    return { ...size, values: deepValues(pixels), bytes: pixels.length * 2 };
  }

  private count(channel: Adjustments['channel'], preview: CanvasImageSource): ArrayLike<number> | null {
    if (!this.depth) return histogramOfPixels(sampled(preview, ...sizeOf(preview), this.kitchen), channel);
    const coarsest = this.find({ level: this.tiling.levels - 1, x: 0, y: 0 })?.values;
    return coarsest ? histogramOf(coarsest) : null;
  }

  private told(told: State | null): void {
    const before = this.sharpness;
    if (this.isResting) return;
    if (told?.state === 'ready') this.sharpness = SHARP;
    else if (told?.state === 'failed') {
      this.sharpness = { state: 'coarse', done: 0, problem: told.problem };
      this.questions++;
      this.ask(MUCH_LATER); // a full disk may have room by then
    } else if (this.questions >= MOST_QUESTIONS) {
      this.sharpness = { state: 'coarse', done: 0, problem: t('The server has not made its tiles in half an hour.') };
    } else {
      this.sharpness = { state: 'making', done: told?.done ?? before.done, problem: null };
      this.ask(this.questions++ < BRIEF ? SOON : LATER);
    }
    this.changed.emit();
  }

  private ask(after: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void askFor(this.address).then((told) => this.told(told)), after);
  }
}

/** Where the tiles of a picture stand; null if the server cannot be asked now. */
async function askFor(address: string): Promise<State | null> {
  try {
    const answer = await fetch(address);
    if (answer.ok) return (await answer.json()) as State;
    if (answer.status === 404) return { state: 'failed', done: 0, problem: t('The file of this picture is gone.') };
  } catch {
    // no network: asked again soon
  }
  return null;
}

function sizeOf(image: CanvasImageSource): [number, number] {
  if (image instanceof HTMLImageElement) return [image.naturalWidth, image.naturalHeight];
  const { width, height } = image as HTMLCanvasElement;
  return [width, height];
}

