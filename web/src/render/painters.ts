/** How each kind of shape is painted. A new kind is one entry in `PAINTERS`. */
import type { Bounds } from '../geometry/bounds';
import { boundsOfShape } from '../geometry/shapes';
import type { Shape } from '../wire';

/** The way an annotation looks. Widths are screen pixels. */
export interface Look {
  color: string;
  fill: number;
  width: number;
  dash?: readonly number[];
  /** A line painted under the outline, so that it is seen on any picture. */
  halo?: { color: string; width: number };
  /** What is written above it. */
  name?: string;
}

/** Where image points lie on a surface: surface = image × scale + offset, in its own pixels. */
export interface Place {
  scale: number;
  left: number;
  top: number;
  /** Surface pixels to a CSS pixel. */
  ratio: number;
}

/** A line under dashes of a color: light under dark ones, dark under light ones. */
export function underlay(color: string, width: number): { color: string; width: number } {
  const [r, g, b] = channels(color);
  const isLight = 0.299 * r + 0.587 * g + 0.114 * b > 140;
  return { color: isLight ? '#000000a0' : '#ffffffd0', width };
}

function channels(color: string): [number, number, number] {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
  return [r, g, b];
}

type Of<K extends Shape['kind']> = Extract<Shape, { kind: K }>;
type Painter<S extends Shape> = (context: CanvasRenderingContext2D, shape: S, look: Look, place: Place) => void;

const SPECK = 3; // below so many pixels a shape is painted as a dot

const box: Painter<Of<'box'>> = (context, b, look, { scale, left, top }) => {
  const [x, y] = [b.left * scale + left, b.top * scale + top];
  const [w, h] = [(b.right - b.left) * scale, (b.bottom - b.top) * scale];
  if (look.fill > 0) {
    context.globalAlpha = look.fill;
    context.fillRect(x, y, w, h);
    context.globalAlpha = 1;
  }
  if (Math.max(w, h) < SPECK) context.fillRect(x, y, Math.max(1, w), Math.max(1, h));
  else context.strokeRect(x, y, w, h);
};

const paths = new WeakMap<Shape, Path2D>();

const polygon: Painter<Of<'polygon'>> = (context, shape, look, { scale, left, top }) => {
  let path = paths.get(shape);
  if (!path) paths.set(shape, (path = pathOf(shape)));
  context.save();
  context.transform(scale, 0, 0, scale, left, top);
  context.lineWidth /= scale;
  context.setLineDash(context.getLineDash().map((length) => length / scale));
  if (look.fill > 0) {
    context.globalAlpha = look.fill;
    context.fill(path, 'evenodd');
    context.globalAlpha = 1;
  }
  context.stroke(path);
  context.restore();
};

const bitmaps = new WeakMap<Shape, { color: string; canvas: HTMLCanvasElement }>();

const mask: Painter<Of<'mask'>> = (context, shape, look, { scale, left, top }) => {
  let kept = bitmaps.get(shape);
  if (!kept || kept.color !== look.color) {
    kept = { color: look.color, canvas: bitmapOf(shape, look.color) };
    bitmaps.set(shape, kept);
  }
  context.globalAlpha = Math.min(1, look.fill * 2.5 + 0.1);
  context.imageSmoothingEnabled = false;
  context.drawImage(
    kept.canvas,
    shape.left * scale + left,
    shape.top * scale + top,
    shape.width * scale,
    shape.height * scale,
  );
  context.globalAlpha = 1;
};

const PAINTERS: { [K in Shape['kind']]: Painter<Of<K>> } = { box, polygon, mask };

/** Paint one shape. */
export function paintShape(context: CanvasRenderingContext2D, shape: Shape, look: Look, place: Place): void {
  if (look.halo) paintShape(context, shape, { ...look.halo, fill: 0 }, place);
  context.strokeStyle = look.color;
  context.fillStyle = look.color;
  context.lineWidth = look.width * place.ratio;
  context.setLineDash((look.dash ?? []).map((length) => length * place.ratio));
  (PAINTERS[shape.kind] as Painter<Shape>)(context, shape, look, place);
  if (look.name) paintName(context, look.name, look.color, boundsOfShape(shape), place);
}

/** How far a name reaches beyond its shape, in CSS pixels. */
export const NAME = { height: 16, rise: 19, widest: 220 } as const;

function paintName(context: CanvasRenderingContext2D, name: string, color: string, at: Bounds, place: Place): void {
  const { ratio } = place;
  context.font = `600 ${11 * ratio}px ui-sans-serif, system-ui, sans-serif`;
  const width = Math.min(NAME.widest * ratio, context.measureText(name).width + 16 * ratio);
  const x = at.left * place.scale + place.left - ratio;
  const y = Math.max(0, at.top * place.scale + place.top - NAME.rise * ratio);
  context.fillStyle = '#141b1ee0';
  context.fillRect(x, y, width, NAME.height * ratio);
  context.fillStyle = color;
  context.fillRect(x, y, 4 * ratio, NAME.height * ratio);
  context.fillStyle = '#ffffff';
  context.textBaseline = 'middle';
  context.fillText(name, x + 9 * ratio, y + 8.5 * ratio, width - 12 * ratio);
}

function pathOf(shape: Of<'polygon'>): Path2D {
  const path = new Path2D();
  for (const ring of shape.parts.flat()) {
    ring.forEach(([x, y], i) => (i ? path.lineTo(x, y) : path.moveTo(x, y)));
    path.closePath();
  }
  return path;
}

function bitmapOf(shape: Of<'mask'>, color: string): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [shape.width, shape.height];
  const context = canvas.getContext('2d')!;
  const image = context.createImageData(shape.width, shape.height);
  const color32 = new Uint32Array(new Uint8ClampedArray([...channels(color), 255]).buffer)[0]!;
  const pixels = new Uint32Array(image.data.buffer);
  let at = 0;
  shape.runs.forEach((run, i) => {
    if (i % 2) pixels.fill(color32, at, at + run);
    at += run;
  });
  context.putImageData(image, 0, 0);
  return canvas;
}
