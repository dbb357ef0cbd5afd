/**
 * A stroke of a brush while it is made: drawn at the resolution of the screen, piece by piece.
 *
 * The pixels of the mask are worked out once, when the brush is lifted; until then a frame costs the
 * same on a mask of any size.
 */
import type { Stroke } from '../editor/preview';
import type { ImagePoint } from '../geometry/point';
import type { Shape } from '../wire';
import { type Look, paintShape, type Place } from './painters';

export class StrokeLayer {
  private readonly canvas = document.createElement('canvas');
  private context: CanvasRenderingContext2D | null = null;
  private key = '';
  private first: ImagePoint | null = null;
  private drawn = 0;

  /** Paint a stroke, and the mask that it changes, on a surface. */
  paint(onto: CanvasRenderingContext2D, stroke: Stroke, mask: Shape | null, look: Look, place: Place): void {
    const { width, height } = onto.canvas;
    // A turned view shows more of the level surface than an upright one.
    const side = place.angle ? Math.ceil(Math.hypot(width, height)) : 0;
    const [wide, high] = [Math.max(width, side), Math.max(height, side)];
    const [dx, dy] = [Math.floor((wide - width) / 2), Math.floor((high - height) / 2)];
    const there = { ...place, left: place.left + dx, top: place.top + dy };
    const context = this.prepared(wide, high, stroke, mask, look, there);
    this.goOn(context, stroke, look, there);
    onto.save();
    onto.globalAlpha = Math.min(0.9, look.fill * 2.5 + 0.1);
    onto.drawImage(this.canvas, -dx, -dy);
    onto.restore();
  }

  /** A sheet with the mask as it was before the stroke; made anew when the view moves. */
  private prepared(width: number, height: number, stroke: Stroke, mask: Shape | null, look: Look, place: Place): CanvasRenderingContext2D {
    const key = [width, height, place.scale, place.left, place.top, look.color].join(' ');
    const isSame = this.key === key && this.first === stroke.points[0];
    this.context ??= this.canvas.getContext('2d')!;
    if (isSame) return this.context;
    [this.canvas.width, this.canvas.height] = [width, height];
    if (mask) paintShape(this.context, mask, { color: look.color, fill: 1, width: 0 }, place);
    this.key = key;
    this.first = stroke.points[0] ?? null;
    this.drawn = 0;
    return this.context;
  }

  private goOn(context: CanvasRenderingContext2D, stroke: Stroke, look: Look, { scale, left, top }: Place): void {
    const { points, radius, erase, target } = stroke;
    const clears = erase && target !== null;
    context.globalCompositeOperation = clears ? 'destination-out' : 'source-over';
    context.strokeStyle = erase ? '#101618' : look.color;
    context.lineWidth = Math.max(1, 2 * radius * scale);
    context.lineCap = context.lineJoin = 'round';
    context.beginPath();
    for (const p of points.slice(Math.max(0, this.drawn - 1))) context.lineTo(p.x * scale + left, p.y * scale + top);
    if (points.length === 1) context.lineTo(points[0]!.x * scale + left + 0.01, points[0]!.y * scale + top);
    context.stroke();
    context.globalCompositeOperation = 'source-over';
    this.drawn = points.length;
  }
}
