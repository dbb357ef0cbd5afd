/** How each kind of shape is painted. A new kind is one entry in `PAINTERS`. */
import type { Bounds } from '../geometry/bounds';
import { boundsOfShape } from '../geometry/shapes';
import type { Shape } from '../wire';
import type { Look, Place } from './look';
import { paintLines } from './painters/lines';
import { paintMask } from './painters/mask';
import { paintPoints, paintSkeleton } from './painters/points';

export { type Look, type Place, underlay } from './look';

type Of<K extends Shape['kind']> = Extract<Shape, { kind: K }>;
export type Painter<S extends Shape> = (context: CanvasRenderingContext2D, shape: S, look: Look, place: Place) => void;

const PAINTERS: { [K in Shape['kind']]: Painter<Of<K>> } = {
  box: paintLines,
  rotated_box: paintLines,
  polygon: paintLines,
  polyline: paintLines,
  ellipse: paintLines,
  cuboid: paintLines,
  mask: paintMask,
  points: paintPoints,
  skeleton: paintSkeleton,
};

/** Paint one shape. */
export function paintShape(context: CanvasRenderingContext2D, shape: Shape, look: Look, place: Place): void {
  const { halo } = look;
  if (halo && shape.kind !== 'mask') {
    const under: Look = { ...halo, fill: 0 };
    if (look.edges) under.edges = look.edges;
    paintShape(context, shape, under, place);
  }
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
  const y = place.angle ? at.top * place.scale + place.top : Math.max(0, at.top * place.scale + place.top - NAME.rise * ratio);
  context.save();
  if (place.angle) {
    context.translate(x, y);
    context.rotate(-place.angle);
    context.translate(-x, -y);
  }
  context.fillStyle = '#141b1ee0';
  context.fillRect(x, y, width, NAME.height * ratio);
  context.fillStyle = color;
  context.fillRect(x, y, 4 * ratio, NAME.height * ratio);
  context.fillStyle = '#ffffff';
  context.textBaseline = 'middle';
  context.fillText(name, x + 9 * ratio, y + 8.5 * ratio, width - 12 * ratio);
  context.restore();
}
