/** What a smart tool proposes, and what it was asked: shown until a person takes it or drops it. */
import type { Hint, Prompt, Prompting } from '../editor/prompting';
import type { ImagePoint } from '../geometry/point';
import { type Row, spansOf } from '../geometry/spans';
import type { Shape } from '../wire';
import { type Place, paintShape } from './painters';

const FILL = 0.12;
const HOVER_FILL = 0.04;
const DARK = '#101618';
const LIGHT = '#ffffff';
const ADDS = '#2fb37a';
const TAKES = '#e5484d';
/** More stretches than this are shown by their fill alone: their rim would cost more than a frame has. */
const MOST_STRETCHES = 8000;

type Mask = Extract<Shape, { kind: 'mask' }>;

export function paintProposal(context: CanvasRenderingContext2D, { prompt, current }: Prompting, color: string, place: Place): void {
  if (current?.hover) paintArea(context, current.hover, { color, fill: HOVER_FILL, rim: LIGHT }, place);
  if (current?.shape) paintArea(context, current.shape, { color, fill: FILL, rim: color }, place);
  if (prompt) paintPrompt(context, prompt, place);
}

interface AreaLook {
  color: string;
  fill: number;
  rim: string;
}

function paintArea(context: CanvasRenderingContext2D, shape: Shape, { color, fill, rim }: AreaLook, place: Place): void {
  if (shape.kind !== 'mask') {
    paintShape(context, shape, { color: DARK, fill: 0, width: 4 }, place);
    paintShape(context, shape, { color: LIGHT, fill, width: 2 }, place);
    return;
  }
  paintShape(context, shape, { color, fill, width: 0 }, place);
  const path = rimOf(shape);
  if (!path) return;
  context.save();
  context.setLineDash([]);
  context.transform(place.scale, 0, 0, place.scale, place.left, place.top);
  for (const [width, style] of [[3.4, rim === LIGHT ? DARK : LIGHT], [1.6, rim]] as const) {
    context.lineWidth = (width * place.ratio) / place.scale;
    context.strokeStyle = style;
    context.stroke(path);
  }
  context.restore();
}

const rims = new WeakMap<Mask, Path2D | null>();

/** The edges between set and clear pixels, in item pixels; null for too many. */
function rimOf(mask: Mask): Path2D | null {
  let rim = rims.get(mask);
  if (rim === undefined) rims.set(mask, (rim = traced(mask)));
  return rim;
}

function traced(mask: Mask): Path2D | null {
  const { top, rows } = spansOf(mask);
  if (rows.reduce((sum, row) => sum + row.length, 0) > MOST_STRETCHES) return null;
  const path = new Path2D();
  for (let i = 0; i <= rows.length; i++) {
    const [above, row] = [rows[i - 1] ?? [], rows[i] ?? []];
    const y = top + i;
    for (const x of row) {
      path.moveTo(x, y);
      path.lineTo(x, y + 1);
    }
    const steps = stepsBetween(above, row);
    for (let k = 0; k + 1 < steps.length; k += 2) {
      path.moveTo(steps[k]!, y);
      path.lineTo(steps[k + 1]!, y);
    }
  }
  return path;
}

/** The stretches in which two rows differ. */
function stepsBetween(a: Row, b: Row): number[] {
  const all = [...a, ...b].sort((p, q) => p - q);
  const steps: number[] = [];
  for (const x of all) {
    if (steps.at(-1) === x) steps.pop();
    else steps.push(x);
  }
  return steps;
}

function paintPrompt(context: CanvasRenderingContext2D, { points = [], box, strokes = [], path = [], closed, predictor }: Prompt, place: Place): void {
  if (box) paintShape(context, { kind: 'box', ...box }, { color: LIGHT, fill: 0, width: 1.5, dash: [5, 4], halo: { color: DARK, width: 3 } }, place);
  // Superpixels show what a stroke took in by themselves.
  if (predictor !== 'superpixels') for (const stroke of strokes) paintHint(context, stroke, place);
  for (const { x, y, positive } of points) dot(context, { x, y }, positive ? ADDS : TAKES, 5, place);
  if (!closed) path.forEach((seed, i) => dot(context, seed, i === 0 && path.length > 2 ? ADDS : LIGHT, i === 0 ? 5 : 4, place));
}

function onSurface({ x, y }: ImagePoint, { scale, left, top }: Place): [number, number] {
  return [x * scale + left, y * scale + top];
}

function dot(context: CanvasRenderingContext2D, at: ImagePoint, color: string, radius: number, place: Place): void {
  context.setLineDash([]);
  context.beginPath();
  context.arc(...onSurface(at, place), radius * place.ratio, 0, Math.PI * 2);
  context.fillStyle = color;
  context.strokeStyle = DARK;
  context.lineWidth = 1.5 * place.ratio;
  context.fill();
  context.stroke();
}

function paintHint(context: CanvasRenderingContext2D, { points, positive, radius }: Hint, place: Place): void {
  context.save();
  context.setLineDash([]);
  context.lineCap = 'round';
  context.lineJoin = 'round';
  context.globalAlpha = 0.75;
  context.strokeStyle = positive ? ADDS : TAKES;
  context.lineWidth = Math.max(3 * place.ratio, radius * 1.2 * place.scale);
  context.beginPath();
  for (const p of points) context.lineTo(...onSurface(p, place));
  if (points.length === 1) context.lineTo(...onSurface(points[0]!, place));
  context.stroke();
  context.restore();
}
