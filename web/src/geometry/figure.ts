/**
 * A shape made ready to be measured: where it begins and ends on level lines, and its sides.
 *
 * The same method as `quality/figure.py`, line by line, so that the studio and the server come to the
 * same answer: an ellipse stands as a polygon of 64 corners, rings count by the even-odd rule, pixels
 * of masks count whole.
 */
import type { Point, Shape } from '../wire';
import type { Bounds } from './bounds';
import { hull } from './kinds/cuboid';
import { ellipseRing } from './kinds/ellipse';
import { presentOf } from './kinds/skeleton';
import { rotatedCorners } from './kinds/rotated-box';
import { boundsOfShape } from './shapes';
import { boundsOfSpans, rowAt, type Spans, spansOf } from './spans';

const SAMPLES = 128; // places along a polyline
const LEAST_LINES = 64;
const MOST_LINES = 256;
const MOST_CROSSINGS = 4_000_000; // a line less for outlines of very many sides

/** Sides as ax, ay, bx, by, one after another. */
export type Sides = Float64Array;

/** Places on level lines where a shape begins and ends, by the number of the line, each sorted. */
type Lines = number[][];

export class Figure {
  readonly bounds: Bounds;
  /** Lines, points and skeletons cover nothing. */
  readonly hasArea: boolean;
  private knownSides: Sides | null = null;
  private knownSpots: readonly Point[] | null = null;
  private knownCover: number | null = null;

  constructor(readonly shape: Shape) {
    this.bounds = boundsOfShape(shape);
    this.hasArea = !['polyline', 'points', 'skeleton'].includes(shape.kind);
  }

  /** The bounds of what is set; the window of a mask may be larger. */
  get tight(): Bounds {
    return this.shape.kind === 'mask' ? (boundsOfSpans(spansOf(this.shape)) ?? this.bounds) : this.bounds;
  }

  /** Every side; a single point is a side without length. */
  get sides(): Sides {
    return (this.knownSides ??= sidesOf(this.shape));
  }

  /** Places that stand for a shape without area: its points, or places spread over its line. */
  get spots(): readonly Point[] {
    return (this.knownSpots ??= spotsOf(this.shape));
  }

  /** The area in square pixels, measured as what is common is measured; 0 for lines and points. */
  get covered(): number {
    return (this.knownCover ??= this.cover());
  }

  /** The most level lines it is looked at on. */
  get mostLines(): number {
    if (this.shape.kind === 'mask') return MOST_LINES;
    return Math.max(8, Math.min(MOST_LINES, Math.floor(MOST_CROSSINGS / Math.max(1, this.sides.length / 4))));
  }

  crossings(top: number, step: number, lines: number): Lines {
    if (this.shape.kind === 'mask') return maskCrossings(spansOf(this.shape), top, step, lines);
    return sideCrossings(this.sides, top, step, lines);
  }

  /** Whether a point lies in what it covers. */
  holds(x: number, y: number): boolean {
    if (!this.hasArea) return false;
    const [line] = this.crossings(y - 0.5, 1, 1);
    return line!.filter((at) => at > x).length % 2 === 1;
  }

  private cover(): number {
    const { shape, bounds } = this;
    if (shape.kind === 'box') return (shape.right - shape.left) * (shape.bottom - shape.top);
    return this.hasArea ? measured(this, this, bounds.top, bounds.bottom).both : 0;
  }
}

export interface Measured {
  both: number;
  one: number;
  other: number;
}

/** The areas that both cover, and each alone, between two heights. */
export function measured(a: Figure, b: Figure, top: number, bottom: number): Measured {
  const lines = Math.min(linesFor(bottom - top), a.mostLines, b.mostLines);
  const step = (bottom - top) / lines;
  const inA = a.crossings(top, step, lines);
  const inB = a === b ? inA : b.crossings(top, step, lines);
  let [both, one, other] = [0, 0, 0];
  for (let line = 0; line < lines; line++) {
    one += lengthOf(inA[line]!);
    other += lengthOf(inB[line]!);
    both += commonLength(inA[line]!, inB[line]!);
  }
  return { both: both * step, one: one * step, other: other * step };
}

function lengthOf(xs: readonly number[]): number {
  let length = 0;
  for (let i = 0; i + 1 < xs.length; i += 2) length += xs[i + 1]! - xs[i]!;
  return length;
}

function commonLength(a: readonly number[], b: readonly number[]): number {
  let length = 0;
  for (let i = 0, j = 0; i + 1 < a.length && j + 1 < b.length; ) {
    length += Math.max(0, Math.min(a[i + 1]!, b[j + 1]!) - Math.max(a[i]!, b[j]!));
    if (a[i + 1]! < b[j + 1]!) i += 2;
    else j += 2;
  }
  return length;
}

/** A whole number of lines a pixel row where there is room, so that masks and boxes come out exact. */
function linesFor(height: number): number {
  const rows = Math.ceil(height);
  return rows >= MOST_LINES ? MOST_LINES : rows * Math.max(1, Math.ceil(LEAST_LINES / rows));
}

function ringsOf(shape: Shape): readonly (readonly Point[])[] {
  switch (shape.kind) {
    case 'box': {
      const { left, top, right, bottom } = shape;
      return [[[left, top], [right, top], [right, bottom], [left, bottom]]];
    }
    case 'polygon':
      return shape.parts.flat();
    case 'rotated_box':
      return [rotatedCorners(shape)];
    case 'ellipse':
      return [ellipseRing(shape)];
    case 'cuboid':
      return [hull([...shape.front, ...shape.back])];
    default:
      return [];
  }
}

function sidesOf(shape: Shape): Sides {
  if (shape.kind === 'mask') return pixelSides(spansOf(shape));
  const sides: number[] = [];
  if (shape.kind === 'polyline') {
    for (let i = 1; i < shape.points.length; i++) sides.push(...shape.points[i - 1]!, ...shape.points[i]!);
  } else if (shape.kind === 'points') {
    for (const point of shape.points) sides.push(...point, ...point);
  } else if (shape.kind === 'skeleton') {
    for (const [x, y] of presentOf(shape)) sides.push(x, y, x, y);
  } else {
    for (const ring of ringsOf(shape)) {
      for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) sides.push(...ring[j]!, ...ring[i]!);
    }
  }
  return Float64Array.from(sides);
}

/** The four sides of every stretch; those within a mask do no harm. */
function pixelSides({ top, rows }: Spans): Sides {
  const sides: number[] = [];
  rows.forEach((row, i) => {
    const y = top + i;
    for (let k = 0; k < row.length; k += 2) {
      const [start, end] = [row[k]!, row[k + 1]!];
      sides.push(start, y, end, y, start, y + 1, end, y + 1, start, y, start, y + 1, end, y, end, y + 1);
    }
  });
  return Float64Array.from(sides);
}

function spotsOf(shape: Shape): readonly Point[] {
  if (shape.kind === 'points') return shape.points;
  if (shape.kind === 'skeleton') return presentOf(shape).map(([x, y]): Point => [x, y]);
  return shape.kind === 'polyline' ? along(shape.points) : [];
}

/** Places in the middle of equal lengths of a line. */
function along(points: readonly Point[]): Point[] {
  const lengths = points.slice(1).map(([x, y], i) => Math.hypot(x - points[i]![0], y - points[i]![1]));
  const part = lengths.reduce((sum, length) => sum + length, 0) / SAMPLES;
  const spots: Point[] = [];
  let gone = 0;
  lengths.forEach((length, i) => {
    const [[ax, ay], [bx, by]] = [points[i]!, points[i + 1]!];
    while (spots.length < SAMPLES && length > 0 && (spots.length + 0.5) * part <= gone + length) {
      const t = ((spots.length + 0.5) * part - gone) / length;
      spots.push([ax + t * (bx - ax), ay + t * (by - ay)]);
    }
    gone += length;
  });
  return spots;
}

function sideCrossings(sides: Sides, top: number, step: number, lines: number): Lines {
  const found: Lines = Array.from({ length: lines }, () => []);
  for (let i = 0; i < sides.length; i += 4) {
    const [ax, ay, bx, by] = [sides[i]!, sides[i + 1]!, sides[i + 2]!, sides[i + 3]!];
    const first = Math.max(0, Math.ceil((Math.min(ay, by) - top) / step - 0.5));
    const last = Math.min(lines, Math.ceil((Math.max(ay, by) - top) / step - 0.5));
    for (let line = first; line < last; line++) {
      const y = top + (line + 0.5) * step;
      found[line]!.push(ax + ((y - ay) / (by - ay)) * (bx - ax));
    }
  }
  for (const line of found) {
    if (line.length > 2) line.sort((a, b) => a - b);
    else if (line[0]! > line[1]!) line.reverse();
  }
  return found;
}

function maskCrossings(spans: Spans, top: number, step: number, lines: number): Lines {
  return Array.from({ length: lines }, (_, line) => [...rowAt(spans, Math.floor(top + (line + 0.5) * step))]);
}
