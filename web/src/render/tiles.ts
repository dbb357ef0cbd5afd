/**
 * Paints a picture from tiles: those of the level that the zoom asks for, and coarser ones in the place of
 * those that are not there yet.
 */
import { Kitchen, type Painted, type Raw, type Recipe } from './adjusting';
import type { Place } from './look';
import { ancestor, boundsOfTile, cornerOfTile, snapped, type TileAt, type Tiling } from './tiling';

const BUDGET = 5; // milliseconds of a frame for turning tiles by their adjustments
const COVER = 2; // levels by which the tiles that stand in during a drag are coarser

/** Where tiles come from. */
export interface Tiles {
  readonly tiling: Tiling;
  /** The tile, if it is at hand. */
  find(tile: TileAt): Raw | null;
}

/** What came of painting: whether every tile was sharp, and whether some wait for another frame to be turned. */
export interface Outcome {
  readonly isSharp: boolean;
  readonly more: boolean;
}

export class Wall {
  constructor(
    private readonly tiles: Tiles,
    readonly kitchen = new Kitchen(),
  ) {}

  /** Paint the tiles that are seen. `ground` is painted first if there is nothing else for a place. */
  paint(context: CanvasRenderingContext2D, place: Place, seen: readonly TileAt[], recipe: Recipe | null, ground: (() => void) | null): Outcome {
    const [sharp, stand, waits] = this.sorted(seen, recipe);
    if (ground && stand.some(([, instead]) => !instead)) ground();
    for (const [tile, instead] of stand) {
      if (instead) this.put(context, place, instead[0], instead[1], boundsOfTile(this.tiles.tiling, tile));
    }
    for (const [tile, painted] of sharp) this.put(context, place, tile, painted, boundsOfTile(this.tiles.tiling, tile));
    return { isSharp: stand.length === 0, more: waits };
  }

  private sorted(seen: readonly TileAt[], recipe: Recipe | null): [[TileAt, Painted][], [TileAt, [TileAt, Painted] | null][], boolean] {
    const sharp: [TileAt, Painted][] = [];
    const stand: [TileAt, [TileAt, Painted] | null][] = [];
    const end = performance.now() + BUDGET;
    let waits = false;
    if (recipe) this.turnCovers(seen, recipe);
    for (const tile of seen) {
      const raw = this.tiles.find(tile);
      let painted = raw && this.kitchen.ready(raw, recipe);
      if (raw && !painted && performance.now() < end) painted = this.kitchen.turned(raw, recipe);
      if (painted) sharp.push([tile, painted]);
      else {
        waits ||= raw !== null;
        stand.push([tile, this.standIn(tile, recipe)]);
      }
    }
    return [sharp, stand, waits];
  }

  /** A few coarse tiles first, so that a whole view follows a slider at once. */
  private turnCovers(seen: readonly TileAt[], recipe: Recipe): void {
    const { tiling } = this.tiles;
    const isDue = seen.some((tile) => {
      const raw = this.tiles.find(tile);
      return raw && !this.kitchen.ready(raw, recipe);
    });
    if (!isDue) return;
    for (const tile of seen) {
      const level = Math.min(tiling.levels - 1, tile.level + COVER);
      const raw = this.tiles.find(ancestor(tiling, tile, level));
      if (raw) this.kitchen.turned(raw, recipe);
    }
  }

  private standIn(tile: TileAt, recipe: Recipe | null): [TileAt, Painted] | null {
    for (let level = tile.level + 1; level < this.tiles.tiling.levels; level++) {
      const coarser = ancestor(this.tiles.tiling, tile, level);
      const raw = this.tiles.find(coarser);
      const painted = raw && this.kitchen.ready(raw, recipe);
      if (painted) return [coarser, painted];
    }
    return null;
  }

  /**
   * Each tile fills whole pixels of the surface and is cut off there; its own pixels and those it shares with
   * its neighbors lie exactly where the picture has them. On a turned surface tiles overlap a little instead.
   */
  private put(context: CanvasRenderingContext2D, place: Place, tile: TileAt, painted: Painted, within: ReturnType<typeof boundsOfTile>): void {
    const { tiling } = this.tiles;
    const [step, corner] = [tiling.step(tile.level), cornerOfTile(tiling, tile)];
    const area = snapped(within, place);
    // A picture thinner than a pixel of the surface is seen all the same.
    if (within.right - within.left === tiling.width) area.width = Math.max(1, area.width);
    if (within.bottom - within.top === tiling.height) area.height = Math.max(1, area.height);
    if (area.width <= 0 || area.height <= 0) return;
    const isOther = within.right - within.left < (painted.wide - 2 * tiling.overlap) * step.x;
    const isCut = !place.angle || isOther || within.right >= tiling.width || within.bottom >= tiling.height;
    if (isCut) {
      context.save();
      context.beginPath();
      context.rect(area.x, area.y, area.width, area.height);
      context.clip();
    }
    context.drawImage(
      painted.image,
      painted.x,
      painted.y,
      painted.wide,
      painted.high,
      corner.x * place.scale + place.left,
      corner.y * place.scale + place.top,
      Math.max(1, painted.wide * step.x * place.scale),
      Math.max(1, painted.high * step.y * place.scale),
    );
    if (isCut) context.restore();
  }
}
