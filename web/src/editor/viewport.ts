/**
 * Which part of the item is seen, how large, and how far it is turned.
 *
 * On the level surface a place lies at image × scale + offset; the view turns that surface about its middle.
 */
import type { Bounds } from '../geometry/bounds';
import { type ImagePoint, imagePoint, type ScreenPoint, screenPoint, turnedAbout } from '../geometry/point';
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
  /** Radians, clockwise. */
  angle = 0;
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
    const level = this.levelled(p);
    return imagePoint((level.x - this.left) / this.scale, (level.y - this.top) / this.scale);
  }

  toScreen(p: ImagePoint): ScreenPoint {
    const level = screenPoint(p.x * this.scale + this.left, p.y * this.scale + this.top);
    if (this.angle === 0) return level;
    const { x, y } = turnedAbout(level, this.angle, this.middle);
    return screenPoint(x, y);
  }

  /** The part of the item that is seen. */
  seen(): Bounds {
    const { width, height } = this.extent();
    const [x, y] = [this.width / 2 - this.left, this.height / 2 - this.top];
    return {
      left: (x - width / 2) / this.scale,
      top: (y - height / 2) / this.scale,
      right: (x + width / 2) / this.scale,
      bottom: (y + height / 2) / this.scale,
    };
  }

  /** The size of the level surface that covers the view, however it is turned. */
  extent(): { width: number; height: number } {
    return turnedSize(this.width, this.height, this.angle);
  }

  /** Turn the view about its middle, clockwise by radians. */
  turn(by: number): void {
    const full = 2 * Math.PI;
    const angle = (((this.angle + by) % full) + full) % full;
    // A full turn made of many small ones is none.
    this.angle = Math.min(angle, full - angle) < 1e-9 ? 0 : angle;
    if (this.fitted) this.fit();
    else this.changed.emit();
  }

  pan(dx: number, dy: number): void {
    this.fitted = false;
    const level = turnedAbout({ x: dx, y: dy }, -this.angle, { x: 0, y: 0 });
    this.left += level.x;
    this.top += level.y;
    this.keepInReach();
    this.changed.emit();
  }

  /** Zoom by a factor; what is under the point stays under it. */
  zoom(factor: number, at: ScreenPoint = screenPoint(this.width / 2, this.height / 2)): void {
    this.fitted = false;
    const scale = Math.min(CLOSEST, Math.max(this.smallest(), this.scale * factor));
    const fixed = this.toImage(at);
    const level = this.levelled(at);
    this.scale = scale;
    this.left = level.x - fixed.x * scale;
    this.top = level.y - fixed.y * scale;
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
    const { width: wide, height: high } = turnedSize(
      Math.max(1e-6, area.right - area.left),
      Math.max(1e-6, area.bottom - area.top),
      this.angle,
    );
    const room = { x: Math.max(1, this.width - 2 * margin), y: Math.max(1, this.height - 2 * margin) };
    this.scale = Math.min(CLOSEST, room.x / wide, room.y / high);
    this.left = this.width / 2 - ((area.left + area.right) / 2) * this.scale;
    this.top = this.height / 2 - ((area.top + area.bottom) / 2) * this.scale;
    this.changed.emit();
  }

  private get middle(): { x: number; y: number } {
    return { x: this.width / 2, y: this.height / 2 };
  }

  /** Where a place of the screen lies on the level surface. */
  private levelled(p: ScreenPoint): { x: number; y: number } {
    return this.angle === 0 ? p : turnedAbout(p, -this.angle, this.middle);
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

/** The upright size that holds a turned rectangle. */
function turnedSize(width: number, height: number, angle: number): { width: number; height: number } {
  const [cos, sin] = [Math.abs(Math.cos(angle)), Math.abs(Math.sin(angle))];
  return { width: width * cos + height * sin, height: width * sin + height * cos };
}
