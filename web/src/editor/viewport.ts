/** Which part of the item is seen, and how large. Screen = image × scale + offset. */
import type { Bounds } from '../geometry/bounds';
import { type ImagePoint, imagePoint, type ScreenPoint, screenPoint } from '../geometry/point';
import { Signal } from './signal';

const CLOSEST = 64;
const MARGIN = 24;

export class Viewport {
  readonly changed = new Signal();
  scale = 1;
  left = 0;
  top = 0;
  width = 1;
  height = 1;
  /** Whether the whole item is shown because nobody chose another view yet. */
  private fitted = true;

  constructor(
    readonly imageWidth: number,
    readonly imageHeight: number,
  ) {}

  /** Tell the size of the surface; the middle of the view stays where it is. */
  resize(width: number, height: number): void {
    this.left += (width - this.width) / 2;
    this.top += (height - this.height) / 2;
    this.width = width;
    this.height = height;
    if (this.fitted) this.fit();
    else this.changed.emit();
  }

  toImage(p: ScreenPoint): ImagePoint {
    return imagePoint((p.x - this.left) / this.scale, (p.y - this.top) / this.scale);
  }

  toScreen(p: ImagePoint): ScreenPoint {
    return screenPoint(p.x * this.scale + this.left, p.y * this.scale + this.top);
  }

  /** The part of the item that is seen. */
  seen(): Bounds {
    const a = this.toImage(screenPoint(0, 0));
    const b = this.toImage(screenPoint(this.width, this.height));
    return { left: a.x, top: a.y, right: b.x, bottom: b.y };
  }

  pan(dx: number, dy: number): void {
    this.fitted = false;
    this.left += dx;
    this.top += dy;
    this.keepInReach();
    this.changed.emit();
  }

  /** Zoom by a factor; what is under the point stays under it. */
  zoom(factor: number, at: ScreenPoint = screenPoint(this.width / 2, this.height / 2)): void {
    this.fitted = false;
    const scale = Math.min(CLOSEST, Math.max(this.smallest(), this.scale * factor));
    const fixed = this.toImage(at);
    this.scale = scale;
    this.left = at.x - fixed.x * scale;
    this.top = at.y - fixed.y * scale;
    this.keepInReach();
    this.changed.emit();
  }

  /** Show the whole item. */
  fit(): void {
    this.show({ left: 0, top: 0, right: this.imageWidth, bottom: this.imageHeight }, MARGIN);
    this.fitted = true;
  }

  /** One pixel of the item is one pixel of the screen. */
  actual(): void {
    this.zoom(1 / this.scale);
  }

  /** Show an area as large as it fits. */
  show(area: Bounds, margin = 80): void {
    this.fitted = false;
    const wide = Math.max(1e-6, area.right - area.left);
    const high = Math.max(1e-6, area.bottom - area.top);
    const room = { x: Math.max(1, this.width - 2 * margin), y: Math.max(1, this.height - 2 * margin) };
    this.scale = Math.min(CLOSEST, room.x / wide, room.y / high);
    this.left = this.width / 2 - ((area.left + area.right) / 2) * this.scale;
    this.top = this.height / 2 - ((area.top + area.bottom) / 2) * this.scale;
    this.changed.emit();
  }

  private smallest(): number {
    return Math.min(1, this.width / this.imageWidth, this.height / this.imageHeight) / 4;
  }

  private keepInReach(): void {
    // At least a corner of the item stays on the surface: nobody gets lost.
    const keep = 40;
    const [wide, high] = [this.imageWidth * this.scale, this.imageHeight * this.scale];
    this.left = Math.min(this.width - keep, Math.max(keep - wide, this.left));
    this.top = Math.min(this.height - keep, Math.max(keep - high, this.top));
  }
}
