/** The bench of the worker: copies of windows, and what was worked out on them, within a budget of memory. */
import type { Prompt, Proposal } from '../../editor/prompting';
import type { Bounds } from '../../geometry/bounds';
import type { ImagePoint } from '../../geometry/point';
import { keyOf, type Size, sizeOfCopy, type Window } from '../window';
import type { Cv, Deletable, Mat } from './cv';

/** The pixels of a window. */
export interface Patch extends Size {
  readonly key: string;
  readonly area: Bounds;
  /** Item pixels to a pixel of the patch, across and down. */
  readonly across: number;
  readonly down: number;
  readonly rgb: Mat;
}

/** What a tool is asked, with the item it is asked about. */
export interface Job {
  readonly prompt: Prompt;
  readonly item: Size;
  /** Pixels that can be had to a pixel of the item. */
  readonly sharpest: number;
}

/** A tool's work in the worker. It asks the bench for patches, and is run again once missing ones came. */
export type Algorithm = (bench: Bench, job: Job) => Proposal;

/** Thrown by a bench that lacks patches. */
export class Needs extends Error {
  constructor(readonly windows: readonly Window[]) {
    super('patches are missing');
  }
}

const MOST_PIXELS = 16_000_000; // of all patches
/** How many things of a sort are kept; the sort is the first word of their names. */
const MOST_KEPT: Readonly<Record<string, number>> = { lab: 3, paths: 8, wire: 500, superpixels: 120, cut: 16 };

export class Bench {
  private readonly patches = new Map<string, Patch>();
  private readonly kept = new Map<string, { made: unknown; free: () => void }>();
  /** The patches that the work at hand asked for. */
  private readonly used = new Set<string>();

  constructor(readonly cv: Cv) {}

  /** Called at the beginning of each work. */
  begin(): void {
    this.used.clear();
  }

  /** The patches of windows. Throws what it `Needs` where any is missing. */
  get(windows: readonly Window[]): Patch[] {
    const missing = windows.filter((window) => !this.patches.has(keyOf(window)));
    for (const window of windows) this.used.add(keyOf(window));
    if (missing.length > 0) throw new Needs(missing);
    return windows.map((window) => {
      const key = keyOf(window);
      const patch = this.patches.get(key)!;
      // The last used is the last to go.
      this.patches.delete(key);
      this.patches.set(key, patch);
      return patch;
    });
  }

  /** Lay pixels (RGBA) on the bench. */
  lay(window: Window, pixels: Uint8ClampedArray): void {
    const { cv } = this;
    const { width, height } = sizeOfCopy(window);
    const key = keyOf(window);
    const rgba = new cv.Mat(height, width, cv.CV_8UC4!);
    rgba.data.set(pixels);
    const rgb = new cv.Mat();
    cv.cvtColor(rgba, rgb, cv.COLOR_RGBA2RGB!);
    rgba.delete();
    const { area } = window;
    const across = (area.right - area.left) / width;
    const down = (area.bottom - area.top) / height;
    this.forget(key);
    this.patches.set(key, { key, area, width, height, across, down, rgb });
    this.makeRoom();
  }

  /** Whether something was worked out under a name. */
  has(name: string): boolean {
    return this.kept.has(name);
  }

  /** What was worked out before under a name, or is now. */
  keep<T>(name: string, make: () => T, free: (made: T) => void = () => undefined): T {
    const known = this.kept.get(name);
    if (known) {
      this.kept.delete(name);
      this.kept.set(name, known);
      return known.made as T;
    }
    const made = make();
    this.kept.set(name, { made, free: () => free(made) });
    this.discardOldest(name.split(' ')[0]!);
    return made;
  }

  /** A matrix that is kept. */
  keepMat<T extends Deletable>(name: string, make: () => T): T {
    return this.keep(name, make, (mat) => mat.delete());
  }

  /** The picture is left: all goes. */
  clear(): void {
    for (const key of [...this.patches.keys()]) this.forget(key);
    for (const { free } of this.kept.values()) free();
    this.kept.clear();
  }

  private discardOldest(sort: string): void {
    const same = [...this.kept.keys()].filter((name) => name.startsWith(`${sort} `));
    for (const name of same.slice(0, Math.max(0, same.length - (MOST_KEPT[sort] ?? 8)))) {
      this.kept.get(name)!.free();
      this.kept.delete(name);
    }
  }

  private makeRoom(): void {
    let pixels = 0;
    for (const { width, height } of this.patches.values()) pixels += width * height;
    for (const [key, { width, height }] of this.patches) {
      if (pixels <= MOST_PIXELS) return;
      if (this.used.has(key)) continue;
      this.forget(key);
      pixels -= width * height;
    }
  }

  private forget(key: string): void {
    this.patches.get(key)?.rgb.delete();
    this.patches.delete(key);
  }
}

/** The pixel of a patch under a point of the item; null outside. */
export function pixelAt({ area, across, down, width, height }: Patch, { x, y }: ImagePoint): { x: number; y: number } | null {
  const [px, py] = [Math.floor((x - area.left) / across), Math.floor((y - area.top) / down)];
  return px >= 0 && py >= 0 && px < width && py < height ? { x: px, y: py } : null;
}

/** How many item pixels a pixel of the patch stands for, for the hand to know. */
export const grainOf = ({ across, down }: Patch): number => Math.max(across, down);

/** What is said of a proposal that was made on a shrunken copy. */
export function noteOf(grain: number): string | undefined {
  return grain > 1.05 ? `Found at 1:${grain.toFixed(1)} of the picture; look closer for a finer outline.` : undefined;
}
