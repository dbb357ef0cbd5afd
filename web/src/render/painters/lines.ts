/** Paints kinds that are lines: boxes, polygons, polylines, ellipses, cuboids. */
import type { Line } from '../../geometry/shapes';
import { boundsOfShape, linesOf } from '../../geometry/shapes';
import type { Point, Shape } from '../../wire';
import type { Look, Place } from '../look';
import { hatchOf } from './pattern';

const SPECK = 3; // below so many pixels a shape is painted as a dot
const FEW = 24; // corners that are painted as they are at any zoom
const OPEN = 1.5; // times the width of an outline
const HAIR = 0.6; // surface pixels: corners nearer to one another are left out

export function paintLines(context: CanvasRenderingContext2D, shape: Shape, look: Look, place: Place): void {
  const { scale, left, top } = place;
  const bounds = boundsOfShape(shape);
  const [w, h] = [(bounds.right - bounds.left) * scale, (bounds.bottom - bounds.top) * scale];
  if (Math.max(w, h) < SPECK) {
    context.fillRect(bounds.left * scale + left, bounds.top * scale + top, Math.max(1, w), Math.max(1, h));
    return;
  }
  if (shape.kind === 'box') {
    const [x, y] = [bounds.left * scale + left, bounds.top * scale + top];
    if (look.fill > 0) filled(context, look, () => context.fillRect(x, y, w, h));
    context.strokeRect(x, y, w, h);
    return;
  }
  const { closed, open } = pathsOf(shape, scale);
  context.save();
  context.transform(scale, 0, 0, scale, left, top);
  context.lineWidth /= scale;
  context.lineJoin = 'round';
  context.setLineDash(context.getLineDash().map((length) => length / scale));
  if (look.fill > 0 && closed) filled(context, look, () => context.fill(closed, shape.kind === 'cuboid' ? 'nonzero' : 'evenodd'), scale);
  if (closed) context.stroke(closed);
  if (open) {
    // A line that encloses nothing has only itself to be seen by.
    if (!closed) context.lineWidth *= OPEN;
    context.stroke(open);
  }
  context.restore();
}

function filled(context: CanvasRenderingContext2D, look: Look, fill: () => void, scale = 1): void {
  context.globalAlpha = look.fill;
  fill();
  if (look.pattern !== undefined) {
    const hatch = hatchOf(context, look.pattern, look.color);
    if (typeof hatch !== 'string') hatch.setTransform(new DOMMatrix().scale(1 / scale));
    context.globalAlpha = Math.min(0.8, look.fill * 3 + 0.1);
    context.fillStyle = hatch;
    fill();
    context.fillStyle = look.color;
  }
  context.globalAlpha = 1;
}

interface Paths {
  level: number;
  closed: Path2D | null;
  open: Path2D | null;
}

const kept = new WeakMap<Shape, Paths>();

/** The paths of a shape, with no more corners than a zoom can show. */
function pathsOf(shape: Shape, scale: number): Paths {
  const known = kept.get(shape);
  // Powers of two: a path is made anew when the zoom doubles, not at each step of the wheel.
  const level = Math.ceil(Math.log2(scale));
  if (known && (known.level === level || known.level === Infinity)) return known;
  const lines = linesOf(shape);
  const isSmall = lines.every(({ points }) => points.length <= FEW);
  const least = isSmall ? 0 : HAIR / 2 ** level;
  const made: Paths = { level: isSmall ? Infinity : level, closed: pathOf(lines, true, least), open: pathOf(lines, false, least) };
  kept.set(shape, made);
  return made;
}

function pathOf(lines: readonly Line[], closed: boolean, least: number): Path2D | null {
  const own = lines.filter((line) => line.closed === closed);
  if (own.length === 0) return null;
  const path = new Path2D();
  for (const { points } of own) {
    const last = points.length - 1;
    let [x, y] = points[0]!;
    path.moveTo(x, y);
    points.forEach((point: Point, i) => {
      const near = Math.abs(point[0] - x) < least && Math.abs(point[1] - y) < least;
      if (i === 0 || (near && i < last)) return;
      [x, y] = point;
      path.lineTo(x, y);
    });
    if (closed) path.closePath();
  }
  return path;
}
