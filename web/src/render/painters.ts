/** How each kind of shape is painted. A new kind is one entry in `PAINTERS`. */
import { maskPixels } from '../geometry/shapes';
import type { Shape } from '../wire';

/** The way an annotation looks. Widths are screen pixels. */
export interface Look {
  color: string;
  fill: number;
  width: number;
  dash?: readonly number[];
}

/** Where image points lie on a surface: surface = image × scale + offset, in its own pixels. */
export interface Place {
  scale: number;
  left: number;
  top: number;
  /** Surface pixels to a CSS pixel. */
  ratio: number;
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
  context.strokeStyle = look.color;
  context.fillStyle = look.color;
  context.lineWidth = look.width * place.ratio;
  context.setLineDash((look.dash ?? []).map((length) => length * place.ratio));
  (PAINTERS[shape.kind] as Painter<Shape>)(context, shape, look, place);
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
  const [r, g, b] = [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
  const image = context.createImageData(shape.width, shape.height);
  maskPixels(shape).forEach((set, i) => {
    if (set) image.data.set([r!, g!, b!, 255], i * 4);
  });
  context.putImageData(image, 0, 0);
  return canvas;
}
