/** Where a corner snaps to on the outlines of neighbours, and the way along such an outline. */
import { distance, type ImagePoint, imagePoint } from '../geometry/point';
import { nearestOn } from '../geometry/rings';
import { type Line, linesOf } from '../geometry/shapes';
import type { Editor } from './editor';

/** A place on a neighbour's outline. */
export interface Snap {
  readonly at: ImagePoint;
  readonly id: string;
  /** Which line of the shape, and the corner, or the side that begins there. */
  readonly line: number;
  readonly index: number;
  readonly isCorner: boolean;
}

/** The nearest place in reach: a corner if there is one, else a side. */
export function snapTo(editor: Editor, at: ImagePoint, reach: number, except: string | null): Snap | null {
  const area = { left: at.x - reach, top: at.y - reach, right: at.x + reach, bottom: at.y + reach };
  let corner: { away: number; snap: Snap } | null = null;
  let side: { away: number; snap: Snap } | null = null;
  for (const { id, shape, category } of editor.store.inside(area)) {
    if (!shape || id === except || !editor.view.shows({ id, category })) continue;
    linesOf(shape).forEach(({ points, closed }, line) => {
      points.forEach(([x, y], index) => {
        const away = distance({ x, y }, at);
        if (away <= reach && away < (corner?.away ?? Infinity)) {
          corner = { away, snap: { at: imagePoint(x, y), id, line, index, isCorner: true } };
        }
      });
      const near = nearestOn(points, at, closed);
      if (near.distance <= reach && near.distance < (side?.away ?? Infinity)) {
        side = { away: near.distance, snap: { at: near.at, id, line, index: near.index, isCorner: false } };
      }
    });
  }
  // The compiler does not see what the visits above assign.
  const found = (corner ?? side) as { snap: Snap } | null;
  return found?.snap ?? null;
}

/** The corners between two places of one outline, the shorter way, both ends left out. */
export function cornersAlong(editor: Editor, from: Snap, to: Snap): ImagePoint[] {
  const shape = editor.store.get(from.id)?.shape;
  const line = shape ? linesOf(shape)[from.line] : undefined;
  if (!line) return [];
  const ahead = walk(line, from, to);
  const back = line.closed ? walk(line, to, from).reverse() : [...walk(line, to, from)].reverse();
  if (!line.closed) return placeOf(from) <= placeOf(to) ? ahead : back;
  const length = (path: ImagePoint[]) =>
    [...path, to.at].reduce((sum, p, i) => sum + distance(i === 0 ? from.at : path[i - 1]!, p), 0);
  return length(ahead) <= length(back) ? ahead : back;
}

const placeOf = (snap: Snap): number => snap.index + (snap.isCorner ? 0 : 0.5);

/** The corners after one place and before the other, in the order of the line. */
function walk({ points, closed }: Line, from: Snap, to: Snap): ImagePoint[] {
  const [start, end] = [placeOf(from), placeOf(to)];
  const stop = end < start || (end === start && !closed) ? end + points.length : end;
  const found: ImagePoint[] = [];
  for (let i = Math.floor(start) + 1; i < stop; i++) {
    if (!closed && i >= points.length) break;
    const [x, y] = points[i % points.length]!;
    found.push(imagePoint(x, y));
  }
  return found;
}
