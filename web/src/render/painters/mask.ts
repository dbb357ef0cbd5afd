/**
 * Paints masks: as pixels of the item when zoomed in, from a small copy when zoomed out.
 *
 * A copy has about as many pixels as the screen shows, so a mask of a hundred megapixels costs no
 * more than a small one.
 */
import { rowAt, spansOf } from '../../geometry/spans';
import type { Shape } from '../../wire';
import { channels, type Look, type Place } from '../look';
import { hatched } from './pattern';

type Mask = Extract<Shape, { kind: 'mask' }>;

interface Copy {
  key: string;
  canvas: HTMLCanvasElement;
}

const copies = new WeakMap<Mask, Copy>();

export function paintMask(context: CanvasRenderingContext2D, mask: Mask, look: Look, place: Place): void {
  const alpha = Math.min(1, look.fill * 2.5 + 0.1);
  context.globalAlpha = alpha;
  if (place.scale >= 1) paintRows(context, mask, look, place);
  else {
    const { canvas } = copyOf(mask, look, Math.max(0, Math.floor(Math.log2(1 / place.scale))));
    const { scale, left, top } = place;
    context.imageSmoothingEnabled = false;
    context.drawImage(canvas, mask.left * scale + left, mask.top * scale + top, mask.width * scale, mask.height * scale);
  }
  context.globalAlpha = 1;
}

/** Rows of pixels that are seen, each snapped to the surface so that no seam shows between them. */
function paintRows(context: CanvasRenderingContext2D, mask: Mask, look: Look, { scale, left, top }: Place): void {
  const spans = spansOf(mask);
  const [wide, high] = [context.canvas.width, context.canvas.height];
  // A turned view shows more of the item than an upright one of its size.
  const slack = Math.max(wide, high);
  const first = Math.max(mask.top, Math.floor((-slack - top) / scale));
  const last = Math.min(mask.top + mask.height, Math.ceil((high + slack - top) / scale));
  const path = new Path2D();
  const hatch = new Path2D();
  for (let y = first; y < last; y++) {
    const row = rowAt(spans, y);
    const y0 = Math.round(y * scale + top);
    const y1 = Math.round((y + 1) * scale + top);
    for (let i = 0; i < row.length; i += 2) {
      const x0 = Math.round(row[i]! * scale + left);
      const x1 = Math.round(row[i + 1]! * scale + left);
      path.rect(x0, y0, x1 - x0, y1 - y0);
      if (look.pattern === undefined) continue;
      const [from, to] = [Math.max(row[i]!, Math.floor((-slack - left) / scale)), Math.min(row[i + 1]!, Math.ceil((wide + slack - left) / scale))];
      for (let x = from; x < to; x++) {
        if (hatched(look.pattern, x, y)) hatch.rect(Math.round(x * scale + left), y0, Math.ceil(scale), y1 - y0);
      }
    }
  }
  context.fill(path);
  if (look.pattern !== undefined) context.fill(hatch);
}

/** The mask with every 2^level-th pixel of every 2^level-th row. */
function copyOf(mask: Mask, look: Look, level: number): Copy {
  const key = `${look.color} ${look.pattern ?? ''} ${level}`;
  const known = copies.get(mask);
  if (known?.key === key) return known;
  const made = { key, canvas: drawn(mask, look, 2 ** level) };
  copies.set(mask, made);
  return made;
}

function drawn(mask: Mask, look: Look, step: number): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [Math.ceil(mask.width / step), Math.ceil(mask.height / step)];
  const context = canvas.getContext('2d')!;
  const image = context.createImageData(canvas.width, canvas.height);
  const pixels = new Uint32Array(image.data.buffer);
  const [plain, strong] = [packed(look.color, look.pattern === undefined ? 255 : 120), packed(look.color, 255)];
  const spans = spansOf(mask);
  const half = step >> 1;
  for (let v = 0; v < canvas.height; v++) {
    const row = rowAt(spans, Math.min(mask.top + mask.height - 1, mask.top + v * step + half));
    for (let i = 0; i < row.length; i += 2) {
      const from = Math.max(0, Math.ceil((row[i]! - mask.left - half) / step));
      const to = Math.min(canvas.width, Math.ceil((row[i + 1]! - mask.left - half) / step));
      pixels.fill(plain, v * canvas.width + from, v * canvas.width + Math.max(from, to));
      if (look.pattern === undefined) continue;
      for (let u = from; u < to; u++) if (hatched(look.pattern, u, v)) pixels[v * canvas.width + u] = strong;
    }
  }
  context.putImageData(image, 0, 0);
  return canvas;
}

function packed(color: string, alpha: number): number {
  return new Uint32Array(new Uint8ClampedArray([...channels(color), alpha]).buffer)[0]!;
}
