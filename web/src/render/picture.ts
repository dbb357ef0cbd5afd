/** The picture of an item with half-size copies, so that a small view never shrinks a large picture. */
import type { Place } from './painters';

const SMALLEST_COPY = 600;
const MOST_FILTERED = 24_000_000; // pixels of a copy with a filter applied

export class Picture {
  private readonly copies: CanvasImageSource[];
  private filtered: { filter: string; level: number; canvas: HTMLCanvasElement } | null = null;

  private constructor(
    image: ImageBitmap | HTMLImageElement,
    readonly width: number,
    readonly height: number,
  ) {
    this.copies = [image];
  }

  /** The decoded picture at an address. Rejects with a sentence when it cannot be shown. */
  static async load(address: string, width: number, height: number): Promise<Picture> {
    const image = new Image();
    image.decoding = 'async';
    image.src = address;
    try {
      await image.decode();
    } catch {
      throw new Error('The picture of this item could not be loaded.');
    }
    return new Picture(image, width, height);
  }

  /**
   * Paint the picture where it lies. A CSS `filter` costs more than a frame has time for, so while the
   * view moves a filtered copy is painted; at rest, as under a slider, the filter itself.
   */
  paint(context: CanvasRenderingContext2D, place: Place, filter: string, isMoving: boolean): void {
    const { scale, left, top } = place;
    const level = this.made(Math.max(0, Math.floor(Math.log2(1 / scale))));
    context.imageSmoothingEnabled = scale < 2;
    context.imageSmoothingQuality = 'medium';
    const ready = filter === 'none' ? this.copies[level]! : this.filteredCopy(level, filter, isMoving);
    if (!ready) context.filter = filter;
    context.drawImage(ready ?? this.copies[level]!, left, top, this.width * scale, this.height * scale);
    context.filter = 'none';
  }

  private filteredCopy(level: number, filter: string, isMoving: boolean): CanvasImageSource | null {
    if (this.filtered?.filter === filter && this.filtered.level === level) return this.filtered.canvas;
    const [wide, high] = [this.width >> level, this.height >> level];
    if (!isMoving || wide * high > MOST_FILTERED) return null;
    const canvas = this.filtered?.canvas ?? document.createElement('canvas');
    [canvas.width, canvas.height] = [wide, high];
    const context = canvas.getContext('2d')!;
    context.filter = filter;
    context.drawImage(this.copies[level]!, 0, 0, wide, high);
    this.filtered = { filter, level, canvas };
    return canvas;
  }

  /** Makes half-size copies down to a level, or as far as they make sense; gives the level reached. */
  private made(level: number): number {
    let reached = this.copies.length - 1;
    while (reached < level) {
      const [wide, high] = [this.width >> (reached + 1), this.height >> (reached + 1)];
      if (Math.max(wide, high) < SMALLEST_COPY) break;
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
