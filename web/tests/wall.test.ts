import { describe, expect, test } from 'vitest';

import type { Kitchen, Painted, Raw, Recipe } from '../src/render/adjusting';
import type { Place } from '../src/render/look';
import { type Tiles, Wall } from '../src/render/tiles';
import { halving, keyOf, levelFor, seenOn, type TileAt, tilesIn } from '../src/render/tiling';

const TILING = halving(8192, 4096, 512, 1, 5);
const SURFACE = { width: 1200, height: 800 };

interface Drawn {
  clip: [number, number, number, number] | null;
  image: unknown;
  to: [number, number, number, number];
}

/** A context that notes what is drawn, and where it is cut off. */
class Notes {
  readonly drawn: Drawn[] = [];
  private clips: Drawn['clip'][] = [];
  private current: Drawn['clip'] = null;

  save = () => this.clips.push(this.current);
  restore = () => (this.current = this.clips.pop()!);
  beginPath = () => undefined;
  rect = (x: number, y: number, w: number, h: number) => (this.current = [x, y, w, h]);
  clip = () => undefined;
  drawImage = (image: unknown, ...[, , , , x, y, w, h]: number[]) =>
    this.drawn.push({ clip: this.current, image, to: [x!, y!, w!, h!] });
}

const as2d = (notes: Notes) => notes as unknown as CanvasRenderingContext2D;

/** Tiles that are at hand; the image of each is its key. */
function having(keys: (tile: TileAt) => boolean): Tiles & { raws: Map<string, Raw> } {
  const raws = new Map<string, Raw>();
  return {
    tiling: TILING,
    raws,
    find(tile) {
      if (!keys(tile)) return null;
      const key = keyOf(tile);
      if (!raws.has(key)) raws.set(key, { image: key as unknown as CanvasImageSource, x: 0, y: 0, wide: 514, high: 514 });
      return raws.get(key)!;
    },
  };
}

/** A kitchen that turns so many tiles a frame, and no more. */
class Slow {
  readonly turnedNow: string[] = [];
  private readonly done = new Set<Raw>();

  constructor(private spare: number) {}

  ready = (raw: Raw, recipe: Recipe | null): Painted | null => (!recipe || this.done.has(raw) ? (raw as Painted) : null);
  turned = (raw: Raw): Painted | null => {
    if (this.spare-- <= 0) return null;
    this.done.add(raw);
    this.turnedNow.push(raw.image as unknown as string);
    return raw as Painted;
  };
}

const RECIPE = { key: 'x' } as Recipe;

function painted(tiles: Tiles, place: Place, recipe: Recipe | null = null, kitchen: unknown = new Slow(0)) {
  const notes = new Notes();
  let grounds = 0;
  const wall = new Wall(tiles, kitchen as Kitchen);
  const seen = tilesIn(TILING, levelFor(place.scale, TILING.levels), seenOn(SURFACE, place, TILING));
  const outcome = wall.paint(as2d(notes), place, seen, recipe, () => grounds++);
  return { notes, outcome, seen, grounds };
}

describe('painting from tiles', () => {
  const place: Place = { scale: 0.6, left: -801.3, top: -322.7, ratio: 1 };

  test('what is at hand is painted once, and cut where its neighbors begin', () => {
    const { notes, outcome, seen, grounds } = painted(having(() => true), place);

    expect(notes.drawn.map(({ image }) => image).sort()).toEqual(seen.map(keyOf).sort());
    expect(outcome).toEqual({ isSharp: true, more: false });
    expect(grounds).toBe(0);
    const covered = notes.drawn.reduce((sum, { clip }) => sum + clip![2] * clip![3], 0);
    const [left, top] = [Math.min(...notes.drawn.map((d) => d.clip![0])), Math.min(...notes.drawn.map((d) => d.clip![1]))];
    const right = Math.max(...notes.drawn.map((d) => d.clip![0] + d.clip![2]));
    const bottom = Math.max(...notes.drawn.map((d) => d.clip![1] + d.clip![3]));
    expect(covered).toBe((right - left) * (bottom - top)); // neither gaps nor overlaps
    expect(left <= 0 && top <= 0 && right >= SURFACE.width && bottom >= SURFACE.height).toBe(true);
  });

  test('pixels lie exactly where the picture has them, not where the cut is', () => {
    const { notes } = painted(having(() => true), place);
    const one = notes.drawn.find(({ image }) => image === '0/4/2')!;

    expect(one.to[0]).toBeCloseTo((4 * 512 - 1) * 0.6 - 801.3, 9);
    expect(one.to[1]).toBeCloseTo((2 * 512 - 1) * 0.6 - 322.7, 9);
    expect(one.to[2]).toBeCloseTo(514 * 0.6, 9);
  });

  test('a coarser tile stands in, cut to the place of the missing one', () => {
    const missing = '0/4/2';
    const { notes, outcome, grounds } = painted(having((tile) => keyOf(tile) !== missing), place);
    const stand = notes.drawn.find(({ image }) => image === '1/2/1')!;

    expect(outcome).toEqual({ isSharp: false, more: false });
    expect(grounds).toBe(0);
    expect(stand.clip).toEqual([
      Math.round(4 * 512 * 0.6 - 801.3),
      Math.round(2 * 512 * 0.6 - 322.7),
      Math.round(5 * 512 * 0.6 - 801.3) - Math.round(4 * 512 * 0.6 - 801.3),
      Math.round(3 * 512 * 0.6 - 322.7) - Math.round(2 * 512 * 0.6 - 322.7),
    ]);
  });

  test('where nothing is at hand the preview is painted, once', () => {
    const { notes, outcome, grounds } = painted(having(() => false), place);

    expect(notes.drawn).toEqual([]);
    expect(grounds).toBe(1);
    expect(outcome.isSharp).toBe(false);
  });

  test('on a turned surface whole tiles are painted, so that no seam shows', () => {
    const { notes } = painted(having(() => true), { ...place, left: -2000, angle: 0.4 });

    expect(notes.drawn.filter(({ clip }) => clip === null).length).toBeGreaterThan(4);
  });

  test('a picture thinner than a pixel of the screen is painted a pixel wide', () => {
    const thin = { ...having(() => true), tiling: halving(1, 60_000, 512, 1, 7) };
    const notes = new Notes();
    const at: Place = { scale: 0.013, left: 600, top: 0, ratio: 1 };

    new Wall(thin, new Slow(0) as unknown as Kitchen).paint(as2d(notes), at, tilesIn(thin.tiling, 6, { left: 0, top: 0, right: 1, bottom: 60_000 }), null, null);

    expect(notes.drawn.map(({ clip }) => clip![2])).toEqual([1, 1]);
  });
});

describe('adjusting tiles', () => {
  const place: Place = { scale: 1, left: -1000, top: -1000, ratio: 1 };

  test('coarse ones come first, so that the whole view follows at once', () => {
    const kitchen = new Slow(3);
    const { notes, outcome } = painted(having(() => true), place, RECIPE, kitchen);

    expect(kitchen.turnedNow[0]).toMatch(/^2\//);
    expect(outcome).toEqual({ isSharp: false, more: true });
    const whole = notes.drawn.reduce((sum, { clip }) => sum + clip![2] * clip![3], 0);
    expect(whole).toBeGreaterThanOrEqual(SURFACE.width * SURFACE.height);
  });

  test('what was adjusted before is not adjusted again', () => {
    const kitchen = new Slow(1000);
    const tiles = having(() => true);
    painted(tiles, place, RECIPE, kitchen);
    const before = kitchen.turnedNow.length;

    const { outcome } = painted(tiles, place, RECIPE, kitchen);

    expect(outcome).toEqual({ isSharp: true, more: false });
    expect(kitchen.turnedNow.length).toBe(before);
  });
});
