/** The picture of an item with half-size copies, so that a small view never shrinks a large picture. */
const SMALLEST_COPY = 600;

export class Picture {
  private readonly copies: CanvasImageSource[];

  private constructor(
    private readonly image: ImageBitmap | HTMLImageElement,
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

  /** Paint the picture into a box of device pixels. */
  paint(context: CanvasRenderingContext2D, left: number, top: number, scale: number): void {
    const level = Math.max(0, Math.floor(Math.log2(1 / scale)));
    const copy = this.copy(level);
    context.imageSmoothingEnabled = scale < 2;
    context.imageSmoothingQuality = 'medium';
    context.drawImage(copy, left, top, this.width * scale, this.height * scale);
  }

  private copy(level: number): CanvasImageSource {
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
    return this.copies[Math.min(level, reached)] ?? this.image;
  }
}
