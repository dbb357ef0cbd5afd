/**
 * Intelligent scissors: the live wire of Mortensen and Barrett (SIGGRAPH 1995).
 *
 * From each seed the cheapest paths along edges are worked out once, on two windows: a fine one around
 * the seed, as sharp as the screen shows it, and a coarse one of all that is seen. A path to the pointer
 * is then only read off: from the fine one where it reaches, else from the coarse one. What lies between
 * two seeds is kept, so a wire of many seeds costs no more than its last piece.
 * OpenCV: segmentation_IntelligentScissorsMB with Canny edges.
 */
import type { Proposal } from '../../editor/prompting';
import { thinned } from '../../geometry/areas';
import type { ImagePoint } from '../../geometry/point';
import type { Point } from '../../wire';
import { keyOf, onItem, stepDown, type Window, windowOf } from '../window';
import { type Algorithm, type Bench, type Job, noteOf, type Patch, pixelAt } from './bench';
import { type Scissors, scoped } from './cv';

const NEAR = 360; // pixels of a side of the fine window
const FAR = 90_000; // pixels of the coarse window
const LOW = 32; // thresholds of Canny's edges
const HIGH = 100;
const STEEPEST = 200; // gradients above this count alike
const THIN = 0.7; // pixels of the copy that a wire may be straightened by

interface Wire {
  readonly patch: Patch;
  readonly scissors: Scissors;
}

type Path = readonly Point[];

export const scissors: Algorithm = (bench, job): Proposal => {
  const { path = [], pointer, closed } = job.prompt;
  if (path.length === 0) return { predictor: 'scissors', shape: null };
  const points: Point[] = [];
  let grain = 1;
  const go = (from: ImagePoint, to: ImagePoint, isKept: boolean) => {
    const found = isKept ? bench.keep(`wire ${nameOf(from)} ${nameOf(to)}`, () => route(bench, job, from, to)) : route(bench, job, from, to);
    grain = Math.max(grain, found.grain);
    points.push(...(points.length > 0 ? found.path.slice(1) : found.path));
  };
  for (let i = 1; i < path.length; i++) go(path[i - 1]!, path[i]!, true);
  if (closed) {
    go(path.at(-1)!, path[0]!, true);
    const ring = points.slice(0, -1);
    const shape = ring.length >= 3 ? { kind: 'polygon' as const, parts: [[ring]] } : null;
    return { predictor: 'scissors', shape, grain, note: noteOf(grain) };
  }
  if (pointer) go(path.at(-1)!, pointer, false);
  return { predictor: 'scissors', shape: points.length >= 2 ? { kind: 'polyline', points } : null, grain, note: noteOf(grain) };
};

const nameOf = ({ x, y }: ImagePoint): string => `${x.toFixed(2)},${y.toFixed(2)}`;

/** The way along edges from a seed to a place; straight where neither window reaches. */
function route(bench: Bench, job: Job, from: ImagePoint, to: ImagePoint): { path: Path; grain: number } {
  for (const wire of wiresFrom(bench, job, from)) {
    const end = pixelAt(wire.patch, to);
    if (end) return { path: traced(bench, wire, from, to, end), grain: wire.patch.across };
  }
  return { path: [[from.x, from.y], [to.x, to.y]], grain: 1 };
}

/** The wires of a seed, fine one first. */
function wiresFrom(bench: Bench, job: Job, seed: ImagePoint): Wire[] {
  const windows = windowsAround(seed, job);
  // Those whose paths are known need no pixels.
  const unknown = windows.filter((window) => !bench.has(nameOfWire(window, seed)));
  if (unknown.length > 0) bench.get(unknown);
  return windows.flatMap((window) => wireOf(bench, window, seed) ?? []);
}

const nameOfWire = (window: Window, seed: ImagePoint): string => `paths ${keyOf(window)} ${nameOf(seed)}`;

function windowsAround(seed: ImagePoint, { item, sharpest, prompt: { seen } }: Job): Window[] {
  const scale = stepDown(Math.min(1, sharpest, seen?.zoom ?? 1));
  const half = NEAR / 2 / scale;
  const around = { left: seed.x - half, top: seed.y - half, right: seed.x + half, bottom: seed.y + half };
  const near = onItem(around, item);
  const far = seen && windowOf({ ...seen.area }, item, FAR, sharpest);
  const windows: Window[] = near ? [{ area: near, scale }] : [];
  const isInside = far && near && near.left <= far.area.left && near.top <= far.area.top && near.right >= far.area.right && near.bottom >= far.area.bottom;
  const holdsSeed = far && seed.x >= far.area.left && seed.x < far.area.right && seed.y >= far.area.top && seed.y < far.area.bottom;
  if (far && !isInside && holdsSeed) windows.push(far);
  return windows;
}

/** All cheapest paths from a seed in a window. */
function wireOf(bench: Bench, window: Window, seed: ImagePoint): Wire | null {
  const { cv } = bench;
  return bench.keep<Wire | null>(
    nameOfWire(window, seed),
    () => {
      const [patch] = bench.get([window]);
      const start = pixelAt(patch!, seed);
      if (!start || patch!.width < 3 || patch!.height < 3) return null;
      const made = new cv.segmentation_IntelligentScissorsMB();
      made.setEdgeFeatureCannyParameters(LOW, HIGH);
      made.setGradientMagnitudeMaxLimit(STEEPEST);
      made.applyImage(patch!.rgb);
      made.buildMap(new cv.Point(start.x, start.y));
      return { patch: patch!, scissors: made };
    },
    (wire) => wire?.scissors.delete(),
  );
}

/** The path read off a wire, through the middles of its pixels, from and to the very places. */
function traced({ cv }: Bench, { patch, scissors: made }: Wire, from: ImagePoint, to: ImagePoint, end: { x: number; y: number }): Path {
  return scoped((keep) => {
    const contour = keep(new cv.Mat());
    made.getContour(new cv.Point(end.x, end.y), contour);
    const numbers = contour.data32S;
    const path: Point[] = [[from.x, from.y]];
    for (let i = 2; i + 3 < numbers.length; i += 2) {
      path.push([patch.area.left + (numbers[i]! + 0.5) * patch.across, patch.area.top + (numbers[i + 1]! + 0.5) * patch.down]);
    }
    path.push([to.x, to.y]);
    return path.length > 3 ? thinned(path, THIN * patch.across) : path;
  });
}
