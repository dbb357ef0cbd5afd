/** Points of two spaces that must not mix: pixels of the item, and pixels of the screen. */

declare const space: unique symbol;

/** A point of the item: x right, y down, from the top-left corner of its first pixel. */
export type ImagePoint = { readonly x: number; readonly y: number; readonly [space]?: 'image' };

/** A point of the drawing surface, in CSS pixels from its top-left corner. */
export type ScreenPoint = { readonly x: number; readonly y: number; readonly [space]?: 'screen' };

export const imagePoint = (x: number, y: number): ImagePoint => ({ x, y }) as ImagePoint;
export const screenPoint = (x: number, y: number): ScreenPoint => ({ x, y }) as ScreenPoint;

/** The distance between two points of one space. */
export function distance(a: { x: number; y: number }, b: { x: number; y: number }): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}

/** The distance from a point to the stretch between two others, and the nearest point on it. */
export function toSegment(p: ImagePoint, a: ImagePoint, b: ImagePoint): { distance: number; at: ImagePoint } {
  const dx = b.x - a.x;
  const dy = b.y - a.y;
  const length = dx * dx + dy * dy;
  const t = length === 0 ? 0 : Math.min(1, Math.max(0, ((p.x - a.x) * dx + (p.y - a.y) * dy) / length));
  const at = imagePoint(a.x + t * dx, a.y + t * dy);
  return { distance: distance(p, at), at };
}

/** A point turned clockwise (y runs down) about another. */
export function turnedAbout(p: { x: number; y: number }, angle: number, about: { x: number; y: number }): ImagePoint {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const [dx, dy] = [p.x - about.x, p.y - about.y];
  return imagePoint(about.x + dx * cos - dy * sin, about.y + dx * sin + dy * cos);
}

/** An angle in radians, at the next multiple of a step. */
export const stepped = (angle: number, step: number): number => Math.round(angle / step) * step;
