/** What helps the hand and is no shape: the brush's rim, words at the pointer, measures, snaps. */
import type { ImagePoint } from '../geometry/point';
import type { Preview } from '../editor/preview';
import type { Place } from './painters';

const DARK = '#101618';
const LIGHT = '#ffffff';

export function paintAids(context: CanvasRenderingContext2D, { preview, place }: { preview: Preview; place: Place }): void {
  const { line, brush, snapped, label } = preview;
  context.setLineDash([]);
  if (line && line.length > 1) paintLine(context, line, place);
  if (brush) ring(context, brush.at, Math.max(1, brush.radius * place.scale), place);
  if (snapped) ring(context, snapped, 6 * place.ratio, place);
  if (label) paintLabel(context, label.at, label.text, place);
}

function onSurface(p: ImagePoint, { scale, left, top }: Place): [number, number] {
  return [p.x * scale + left, p.y * scale + top];
}

/** Light on dark, to be seen on any picture. */
function twice(context: CanvasRenderingContext2D, ratio: number, stroke: () => void): void {
  for (const [width, style] of [
    [3, DARK],
    [1.2, LIGHT],
  ] as const) {
    context.lineWidth = width * ratio;
    context.strokeStyle = style;
    stroke();
  }
}

function paintLine(context: CanvasRenderingContext2D, line: readonly ImagePoint[], place: Place): void {
  twice(context, place.ratio, () => {
    context.beginPath();
    for (const p of line) context.lineTo(...onSurface(p, place));
    context.stroke();
  });
  for (const p of [line[0]!, line.at(-1)!]) ring(context, p, 3 * place.ratio, place);
}

function ring(context: CanvasRenderingContext2D, at: ImagePoint, radius: number, place: Place): void {
  twice(context, place.ratio, () => {
    context.beginPath();
    context.arc(...onSurface(at, place), radius, 0, Math.PI * 2);
    context.stroke();
  });
}

/** Words beside a place, level on the screen. */
export function paintLabel(context: CanvasRenderingContext2D, at: ImagePoint, text: string, place: Place): void {
  const { ratio } = place;
  const [x, y] = onSurface(at, place);
  context.save();
  context.translate(x, y);
  if (place.angle) context.rotate(-place.angle);
  context.font = `600 ${12 * ratio}px ui-sans-serif, system-ui, sans-serif`;
  const width = context.measureText(text).width + 14 * ratio;
  context.fillStyle = `${DARK}e0`;
  context.fillRect(12 * ratio, 10 * ratio, width, 20 * ratio);
  context.fillStyle = LIGHT;
  context.textAlign = 'start';
  context.textBaseline = 'middle';
  context.fillText(text, 19 * ratio, 20.5 * ratio);
  context.restore();
}
