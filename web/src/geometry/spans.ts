/**
 * Spans: the set pixels of a mask as sorted stretches a row, in pixels of the item.
 *
 * Everything a brush, an eraser or a cut does is done on spans, at a cost that follows the outline and
 * not the area: a mask of a hundred megapixels is a few thousand numbers.
 */
import type { Point, Shape } from '../wire';
import type { Bounds } from './bounds';

type Mask = Extract<Shape, { kind: 'mask' }>;

/** One row: `[start, end, start, end, …]`, ends not included, sorted, apart from one another. */
export type Row = readonly number[];

export interface Spans {
  /** The first row. */
  readonly top: number;
  readonly rows: readonly Row[];
}

export const EMPTY: Spans = { top: 0, rows: [] };

const NONE: Row = [];
const kept = new WeakMap<Mask, Spans>();

/** The spans of a mask; masks are values, so they are worked out once. */
export function spansOf(mask: Mask): Spans {
  let spans = kept.get(mask);
  if (!spans) kept.set(mask, (spans = read(mask)));
  return spans;
}

function read(mask: Mask): Spans {
  const rows: number[][] = Array.from({ length: mask.height }, () => []);
  let at = 0;
  for (let i = 0; i < mask.runs.length; i++) {
    const end = at + mask.runs[i]!;
    if (i % 2) {
      for (let from = at; from < end; ) {
        const y = Math.floor(from / mask.width);
        const stop = Math.min(end, (y + 1) * mask.width);
        const row = rows[y]!;
        const [a, b] = [from - y * mask.width + mask.left, stop - y * mask.width + mask.left];
        if (row.at(-1) === a) row[row.length - 1] = b;
        else row.push(a, b);
        from = stop;
      }
    }
    at = end;
  }
  return { top: mask.top, rows };
}

/** The mask of spans, in the smallest window; null if no pixel is set. */
export function maskOf(spans: Spans): Mask | null {
  const bounds = boundsOfSpans(spans);
  if (!bounds) return null;
  const [width, height] = [bounds.right - bounds.left, bounds.bottom - bounds.top];
  const runs: number[] = [];
  let clear = 0;
  let set = 0;
  const paint = (until: number) => {
    if (until === 0) return;
    if (clear > 0 || runs.length === 0) {
      if (set > 0) runs.push(set);
      runs.push(clear);
      clear = set = 0;
    }
    set += until;
  };
  const skip = (count: number) => {
    if (count === 0) return;
    if (set > 0) {
      runs.push(set);
      set = 0;
    }
    clear += count;
  };
  for (let y = bounds.top; y < bounds.bottom; y++) {
    const row = rowAt(spans, y);
    let x = bounds.left;
    for (let i = 0; i < row.length; i += 2) {
      skip(row[i]! - x);
      paint(row[i + 1]! - row[i]!);
      x = row[i + 1]!;
    }
    skip(bounds.right - x);
  }
  if (set > 0) runs.push(set);
  if (clear > 0) runs.push(clear);
  const mask: Mask = { kind: 'mask', left: bounds.left, top: bounds.top, width, height, runs };
  kept.set(mask, spans);
  return mask;
}

export const rowAt = (spans: Spans, y: number): Row => spans.rows[y - spans.top] ?? NONE;

export function boundsOfSpans(spans: Spans): Bounds | null {
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
  spans.rows.forEach((row, i) => {
    if (row.length === 0) return;
    left = Math.min(left, row[0]!);
    right = Math.max(right, row.at(-1)!);
    top = Math.min(top, spans.top + i);
    bottom = spans.top + i + 1;
  });
  return left < right ? { left, top, right, bottom } : null;
}

export function areaOfSpans(spans: Spans): number {
  let area = 0;
  for (const row of spans.rows) for (let i = 0; i < row.length; i += 2) area += row[i + 1]! - row[i]!;
  return area;
}

export function spansHold(spans: Spans, x: number, y: number): boolean {
  const row = rowAt(spans, y);
  for (let i = 0; i < row.length; i += 2) if (x < row[i + 1]!) return x >= row[i]!;
  return false;
}

export const unite = (a: Spans, b: Spans): Spans => combine(a, b, (p, q) => p || q);
export const subtract = (a: Spans, b: Spans): Spans => combine(a, b, (p, q) => p && !q);
export const intersect = (a: Spans, b: Spans): Spans => combine(a, b, (p, q) => p && q);

/** What both cover, over what either covers; 0 where neither covers anything. */
export function spansIoU(a: Spans, b: Spans): number {
  const common = areaOfSpans(intersect(a, b));
  const either = areaOfSpans(a) + areaOfSpans(b) - common;
  return either ? common / either : 0;
}

/** Only what lies on an item of the size. */
export function clipped(spans: Spans, width: number, height: number): Spans {
  const all: Spans = { top: 0, rows: Array.from({ length: height }, () => [0, width]) };
  const bounds = boundsOfSpans(spans);
  if (!bounds) return EMPTY;
  const inside = bounds.left >= 0 && bounds.top >= 0 && bounds.right <= width && bounds.bottom <= height;
  return inside ? spans : intersect(spans, all);
}

type Rule = (a: boolean, b: boolean) => boolean;

function combine(a: Spans, b: Spans, rule: Rule): Spans {
  const [hasA, hasB] = [a.rows.length > 0, b.rows.length > 0];
  const top = Math.min(hasA ? a.top : Infinity, hasB ? b.top : Infinity);
  const bottom = Math.max(hasA ? a.top + a.rows.length : -Infinity, hasB ? b.top + b.rows.length : -Infinity);
  if (!(top < bottom)) return EMPTY;
  const [aloneA, aloneB] = [rule(true, false), rule(false, true)];
  const rows: Row[] = [];
  for (let y = top; y < bottom; y++) {
    const [p, q] = [rowAt(a, y), rowAt(b, y)];
    if (q.length === 0) rows.push(aloneA ? p : NONE);
    else if (p.length === 0) rows.push(aloneB ? q : NONE);
    else rows.push(combineRows(p, q, rule));
  }
  return { top, rows };
}

/** Walks both rows from edge to edge; a pixel counts where the rule says so. */
function combineRows(a: Row, b: Row, rule: Rule): Row {
  const out: number[] = [];
  let [i, j, on] = [0, 0, false];
  while (i < a.length || j < b.length) {
    const x = Math.min(a[i] ?? Infinity, b[j] ?? Infinity);
    while (a[i] === x) i++;
    while (b[j] === x) j++;
    const now = rule(i % 2 === 1, j % 2 === 1);
    if (now !== on) out.push(x);
    on = now;
  }
  return out;
}

/** Gathers stretches row by row, in any order and overlapping, and gives their spans. */
export class Gather {
  private readonly byRow = new Map<number, number[]>();

  add(y: number, start: number, end: number): void {
    if (end <= start) return;
    const row = this.byRow.get(y);
    if (row) row.push(start, end);
    else this.byRow.set(y, [start, end]);
  }

  spans(): Spans {
    if (this.byRow.size === 0) return EMPTY;
    let [top, bottom] = [Infinity, -Infinity];
    for (const y of this.byRow.keys()) {
      top = Math.min(top, y);
      bottom = Math.max(bottom, y + 1);
    }
    return { top, rows: Array.from({ length: bottom - top }, (_, i) => merged(this.byRow.get(top + i) ?? [])) };
  }
}

function merged(stretches: number[]): Row {
  const pairs: [number, number][] = [];
  for (let i = 0; i < stretches.length; i += 2) pairs.push([stretches[i]!, stretches[i + 1]!]);
  pairs.sort((a, b) => a[0] - b[0]);
  const out: number[] = [];
  for (const [start, end] of pairs) {
    if (out.length > 0 && start <= out.at(-1)!) out[out.length - 1] = Math.max(out.at(-1)!, end);
    else out.push(start, end);
  }
  return out;
}

/** The pixels whose middle lies between two positions of a row. */
const firstPixel = (x: number) => Math.ceil(x - 0.5);

/** The pixels whose middle lies in rings, by the even-odd rule: holes are rings inside rings. */
export function spansOfRings(rings: readonly (readonly Point[])[], clip?: Bounds): Spans {
  let [top, bottom] = [Infinity, -Infinity];
  for (const ring of rings)
    for (const [, y] of ring) {
      top = Math.min(top, y);
      bottom = Math.max(bottom, y);
    }
  const first = Math.max(firstPixel(top), clip ? Math.floor(clip.top) : -Infinity);
  const last = Math.min(firstPixel(bottom), clip ? Math.ceil(clip.bottom) : Infinity);
  if (!(first < last)) return EMPTY;
  const crossings: number[][] = Array.from({ length: last - first }, () => []);
  for (const ring of rings) {
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
      const [ax, ay] = ring[j]!;
      const [bx, by] = ring[i]!;
      const [from, to] = [Math.max(first, firstPixel(Math.min(ay, by))), Math.min(last, firstPixel(Math.max(ay, by)))];
      for (let y = from; y < to; y++) crossings[y - first]!.push(ax + ((y + 0.5 - ay) / (by - ay)) * (bx - ax));
    }
  }
  const rows = crossings.map((xs) => {
    xs.sort((a, b) => a - b);
    const row: number[] = [];
    for (let i = 0; i + 1 < xs.length; i += 2) {
      const [a, b] = [firstPixel(xs[i]!), firstPixel(xs[i + 1]!)];
      if (a >= b) continue;
      if (row.at(-1) === a) row[row.length - 1] = b;
      else row.push(a, b);
    }
    return row;
  });
  return { top: first, rows };
}

/** The pixels that a round brush touches on its way: all whose middle is within the radius of the path. */
export function spansOfStroke(path: readonly { x: number; y: number }[], radius: number): Spans {
  const gather = new Gather();
  const reach = Math.max(radius, 0.5); // the finest brush still sets the pixel under it
  path.forEach((to, i) => {
    const from = path[Math.max(0, i - 1)]!;
    if (radius < 0.75) gather.add(Math.floor(to.y), Math.floor(to.x), Math.floor(to.x) + 1);
    const first = firstPixel(Math.min(from.y, to.y) - reach);
    const last = firstPixel(Math.max(from.y, to.y) + reach);
    for (let y = first; y < last; y++) {
      const [left, right] = capsuleRow(from, to, reach, y + 0.5);
      gather.add(y, firstPixel(left), firstPixel(right));
    }
  });
  return gather.spans();
}

/** Where a row crosses all that lies within a radius of a straight way: one stretch, for it is convex. */
function capsuleRow(a: { x: number; y: number }, b: { x: number; y: number }, radius: number, y: number): [number, number] {
  let [left, right] = [Infinity, -Infinity];
  const widen = (x: number) => {
    left = Math.min(left, x);
    right = Math.max(right, x);
  };
  for (const p of [a, b]) {
    const away = Math.abs(y - p.y);
    if (away > radius) continue;
    const half = Math.sqrt(radius * radius - away * away);
    widen(p.x - half);
    widen(p.x + half);
  }
  const length = Math.hypot(b.x - a.x, b.y - a.y);
  if (length === 0) return [left, right];
  const [nx, ny] = [(-(b.y - a.y) / length) * radius, ((b.x - a.x) / length) * radius];
  for (const sign of [1, -1]) {
    // The two long sides of the way.
    const [ay, by] = [a.y + sign * ny, b.y + sign * ny];
    if (ay === by || (y - ay) * (y - by) > 0) continue;
    widen(a.x + sign * nx + ((y - ay) / (by - ay)) * (b.x - a.x));
  }
  return [left, right];
}

/** The hole of the spans that holds a pixel; null if the pixel is set, or the way out is open. */
export function holeAt(spans: Spans, x: number, y: number): Spans | null {
  const bounds = boundsOfSpans(spans);
  if (!bounds || spansHold(spans, x, y)) return null;
  const gaps = (at: number): Row => {
    const row = rowAt(spans, at);
    return row.length === 0 ? NONE : row.slice(1, -1);
  };
  const gather = new Gather();
  const seen = new Set<string>();
  const waiting: [number, number, number][] = [];
  const open = (from: number, to: number, at: number): boolean => {
    // What is next to a gap must be a gap or set: beyond the first and last stretch lies the open.
    const row = rowAt(spans, at);
    if (row.length === 0 || from < row[0]! || to > row.at(-1)!) return true;
    const next = gaps(at);
    for (let i = 0; i < next.length; i += 2) {
      const key = `${at} ${next[i]}`;
      if (next[i]! < to && next[i + 1]! > from && !seen.has(key)) {
        seen.add(key);
        waiting.push([at, next[i]!, next[i + 1]!]);
      }
    }
    return false;
  };
  if (open(x, x + 1, y)) return null;
  for (let cell = waiting.pop(); cell; cell = waiting.pop()) {
    const [at, from, to] = cell;
    gather.add(at, from, to);
    if (open(from, to, at - 1) || open(from, to, at + 1)) return null;
  }
  return gather.spans();
}
