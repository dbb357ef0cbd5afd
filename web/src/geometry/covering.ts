/**
 * What shapes cover of one another, whether they touch, and whether a line crosses itself.
 *
 * The same method as `quality/covering.py`: what is common is summed over 64 to 256 level lines, each
 * exact from left to right; two boxes are exact. `tests/golden/rules.json` holds both to one answer.
 */
import type { Point, Shape } from '../wire';
import { type Bounds, overlaps } from './bounds';
import { Figure, measured, type Measured, type Sides } from './figure';

const CHUNK = 128; // sides that are compared at once

/** How much of one lies inside another, from 0 to 1: of its area, of its length, or of its points. */
export function shareInside(a: Figure, b: Figure): number {
  if (!b.hasArea) return 0;
  if (a.hasArea) {
    const { both, one } = together(a, b);
    return one > 0 ? Math.min(1, both / one) : 0;
  }
  return a.spots.filter(([x, y]) => b.holds(x, y)).length / a.spots.length;
}

/** What is common as a share of the `smaller` or of the `union`; of a line, its share in the other. */
export function overlapOf(a: Figure, b: Figure, of: 'smaller' | 'union'): number {
  if (!a.hasArea || !b.hasArea) return a.hasArea ? shareInside(b, a) : shareInside(a, b);
  const { both, one, other } = together(a, b);
  const whole = of === 'smaller' ? Math.min(one, other) : one + other - both;
  return whole > 0 ? Math.min(1, both / whole) : 0;
}

/** What `overlapOf` cannot be more than, from the bounds alone: quick to know for pairs that hardly meet. */
export function mostOverlap(a: Figure, b: Figure, of: 'smaller' | 'union'): number {
  if (!a.hasArea || !b.hasArea) return 1;
  const across = Math.min(a.bounds.right, b.bounds.right) - Math.max(a.bounds.left, b.bounds.left);
  const down = Math.min(a.bounds.bottom, b.bounds.bottom) - Math.max(a.bounds.top, b.bounds.top);
  const whole = of === 'smaller' ? Math.min(a.covered, b.covered) : Math.max(a.covered, b.covered);
  return whole > 0 ? (Math.max(0, across) * Math.max(0, down)) / whole : 0;
}

/** The distance between two upright rectangles; 0 where they meet. */
function gap(a: Bounds, b: Bounds): number {
  const across = Math.max(a.left - b.right, b.left - a.right, 0);
  const down = Math.max(a.top - b.bottom, b.top - a.bottom, 0);
  return Math.hypot(across, down);
}

/** Whether two shapes come as near as `within` pixels, or one lies in the other. */
export function touches(a: Figure, b: Figure, within: number): boolean {
  if (gap(a.bounds, b.bounds) > within) return false;
  if (a.shape.kind === 'box' && b.shape.kind === 'box') return true;
  if (b.spots.some(([x, y]) => a.holds(x, y)) || a.spots.some(([x, y]) => b.holds(x, y))) return true;
  if (together(a, b).both > 0) return true;
  const [nearA, nearB] = [near(a.sides, b.bounds, within), near(b.sides, a.bounds, within)];
  for (let start = 0; start < nearA.length; start += 4 * CHUNK) {
    const part = nearA.subarray(start, start + 4 * CHUNK);
    const close = near(nearB, around(part), within);
    for (let i = 0; i < part.length; i += 4) {
      for (let j = 0; j < close.length; j += 4) if (isWithin(part, i, close, j, within)) return true;
    }
  }
  return false;
}

/**
 * A place where the outline of a polygon, or a polyline, crosses itself; null if it does not.
 *
 * Named is the first side, in the order they were drawn, that crosses a later one. Stretches of sides
 * are compared where their bounds meet, so a long outline that stays in its place costs little.
 */
export function selfCrossing(shape: Shape): Point | null {
  if (shape.kind !== 'polygon' && shape.kind !== 'polyline') return null;
  const { sides } = new Figure(shape);
  const size = 4 * CHUNK;
  const stretches = Array.from({ length: Math.ceil(sides.length / size) }, (_, k) => around(sides.subarray(k * size, (k + 1) * size)));
  for (let k = 0; k < stretches.length; k++) {
    const later = stretches.flatMap((bounds, m) => (m >= k && overlaps(bounds, stretches[k]!) ? [m] : []));
    for (let i = k * size; i < Math.min((k + 1) * size, sides.length); i += 4) {
      for (const m of later) {
        const end = Math.min((m + 1) * size, sides.length);
        for (let j = Math.max(i + 4, m * size); j < end; j += 4) {
          if (crosses(sides, i, sides, j)) return meeting(sides, i, j);
        }
      }
    }
  }
  return null;
}

/**
 * The areas that both cover, and each alone. An area is taken from the same lines as the common one
 * where they span it, so that what lies in another does so to the last digit.
 */
function together(a: Figure, b: Figure): Measured {
  const [left, right] = [Math.max(a.bounds.left, b.bounds.left), Math.min(a.bounds.right, b.bounds.right)];
  const [top, bottom] = [Math.max(a.bounds.top, b.bounds.top), Math.min(a.bounds.bottom, b.bounds.bottom)];
  if (right <= left || bottom <= top || !a.hasArea || !b.hasArea) return { both: 0, one: a.covered, other: b.covered };
  if (a.shape.kind === 'box' && b.shape.kind === 'box') {
    return { both: (right - left) * (bottom - top), one: a.covered, other: b.covered };
  }
  const { both, one, other } = measured(a, b, top, bottom);
  const spans = ({ bounds }: Figure) => bounds.top === top && bounds.bottom === bottom;
  return { both, one: spans(a) ? one : a.covered, other: spans(b) ? other : b.covered };
}

function around(sides: Sides): Bounds {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i < sides.length; i += 2) {
    left = Math.min(left, sides[i]!);
    right = Math.max(right, sides[i]!);
    top = Math.min(top, sides[i + 1]!);
    bottom = Math.max(bottom, sides[i + 1]!);
  }
  return { left, top, right, bottom };
}

function near(sides: Sides, { left, top, right, bottom }: Bounds, within: number): Sides {
  const kept: number[] = [];
  for (let i = 0; i < sides.length; i += 4) {
    const [ax, ay, bx, by] = [sides[i]!, sides[i + 1]!, sides[i + 2]!, sides[i + 3]!];
    const across = Math.min(ax, bx) <= right + within && Math.max(ax, bx) >= left - within;
    if (across && Math.min(ay, by) <= bottom + within && Math.max(ay, by) >= top - within) kept.push(ax, ay, bx, by);
  }
  return Float64Array.from(kept);
}

function isWithin(a: Sides, i: number, b: Sides, j: number, within: number): boolean {
  return (
    crosses(a, i, b, j) ||
    toSide(a[i]!, a[i + 1]!, b, j) <= within ||
    toSide(a[i + 2]!, a[i + 3]!, b, j) <= within ||
    toSide(b[j]!, b[j + 1]!, a, i) <= within ||
    toSide(b[j + 2]!, b[j + 3]!, a, i) <= within
  );
}

function toSide(x: number, y: number, sides: Sides, i: number): number {
  const [ax, ay] = [sides[i]!, sides[i + 1]!];
  const [dx, dy] = [sides[i + 2]! - ax, sides[i + 3]! - ay];
  const squared = dx * dx + dy * dy;
  const t = Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / (squared || 1)));
  return Math.hypot(x - (ax + t * dx), y - (ay + t * dy));
}

/** Whether sides cross in their middle; ends that only touch do not count. */
function crosses(a: Sides, i: number, b: Sides, j: number): boolean {
  const [ax, ay, bx, by] = [a[i]!, a[i + 1]!, a[i + 2]!, a[i + 3]!];
  const [cx, cy, dx, dy] = [b[j]!, b[j + 1]!, b[j + 2]!, b[j + 3]!];
  const c = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax);
  const d = (bx - ax) * (dy - ay) - (by - ay) * (dx - ax);
  if (Math.sign(c) * Math.sign(d) >= 0) return false;
  const first = (dx - cx) * (ay - cy) - (dy - cy) * (ax - cx);
  const last = (dx - cx) * (by - cy) - (dy - cy) * (bx - cx);
  return Math.sign(first) * Math.sign(last) < 0;
}

function meeting(sides: Sides, i: number, j: number): Point {
  const [ax, ay, bx, by] = [sides[i]!, sides[i + 1]!, sides[i + 2]!, sides[i + 3]!];
  const [cx, cy, dx, dy] = [sides[j]!, sides[j + 1]!, sides[j + 2]!, sides[j + 3]!];
  const across = (bx - ax) * (dy - cy) - (by - ay) * (dx - cx);
  const t = ((cx - ax) * (dy - cy) - (cy - ay) * (dx - cx)) / across;
  return [ax + t * (bx - ax), ay + t * (by - ay)];
}
