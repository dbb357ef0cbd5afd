/**
 * Magic wand: the region connected with a click whose colors differ no more than the tolerance.
 *
 * Colors are compared in CIELAB after a light blur, where like distances look alike: lightness by the
 * tolerance, both color axes by half of it. On a large item the region is found on a shrunken copy first
 * and once more, finely, in a window around what was found. OpenCV: floodFill with a fixed range.
 */
import type { PromptPoint } from '../../editor/prompting';
import { grown } from '../../geometry/bounds';
import { boundsOfShape } from '../../geometry/shapes';
import { type Window, windowOf, wholeOr } from '../window';
import { type Algorithm, type Bench, grainOf, type Job, noteOf, type Patch, pixelAt } from './bench';
import { type Cv, type Mat, scoped } from './cv';
import { fillHoles, type Mask, maskOfPixels } from './regions';

const BUDGET = 3_000_000;
const GAIN = 1.4; // how much finer a second look must be to be worth it
const SMOOTH = 5; // pixels: thinner hairs and notches are noise
const SPECK = 0.01; // of the region: smaller holes are noise
const LEAST_SPECK = 12; // pixels

export const wand: Algorithm = (bench, job) => {
  const { prompt, item, sharpest } = job;
  const { points = [], seen } = prompt;
  let area = seen?.area ?? { left: 0, top: 0, right: item.width, bottom: item.height };
  for (const { x, y } of points) {
    area = { left: Math.min(area.left, x), top: Math.min(area.top, y), right: Math.max(area.right, x + 1), bottom: Math.max(area.bottom, y + 1) };
  }
  const first = wholeOr(area, item, BUDGET, sharpest);
  if (!first || points.length === 0) return { predictor: 'wand', shape: null };
  const [patch] = bench.get([first]);
  const found = region(bench, patch!, job);
  const second = found && closer(found, first, job);
  if (!second) return answer(patch!, found);
  const [finer] = bench.get([second]);
  return answer(finer!, region(bench, finer!, job));
};

const answer = (patch: Patch, shape: Mask | null) => ({ predictor: 'wand', shape, grain: grainOf(patch), note: noteOf(grainOf(patch)) });

/** A window around what was found that shows it finer; null if none would. */
function closer(found: Mask, first: Window, { item, sharpest }: Job): Window | null {
  if (first.scale >= Math.min(1, sharpest)) return null;
  const bounds = boundsOfShape(found);
  const window = windowOf(grown(bounds, 4 / first.scale), item, BUDGET, sharpest);
  return window && window.scale >= first.scale * GAIN ? window : null;
}

function region(bench: Bench, patch: Patch, { prompt: { points = [], options = {} } }: Job): Mask | null {
  const { cv } = bench;
  const lab = bench.keepMat(`lab ${patch.key}`, () => labOf(cv, patch.rgb));
  return scoped((keep) => {
    const sum = keep(new cv.Mat(patch.height, patch.width, cv.CV_8UC1!, [0, 0, 0, 0]));
    for (const point of points) pour(cv, lab, patch, point, point.tolerance ?? Number(options.tolerance ?? 18), sum);
    const clean = keep(new cv.Mat());
    // The median of set and clear pixels is their majority, and that comes cheaper.
    cv.blur(sum, clean, new cv.Size(SMOOTH, SMOOTH));
    cv.threshold(clean, clean, 127, 255, cv.THRESH_BINARY!);
    fillHoles(cv, clean, options.fillHoles ? Infinity : Math.max(LEAST_SPECK, SPECK * cv.countNonZero(clean)));
    return maskOfPixels(patch, clean.data);
  });
}

function labOf(cv: Cv, rgb: Mat): Mat {
  const lab = new cv.Mat();
  scoped((keep) => {
    const soft = keep(new cv.Mat());
    cv.GaussianBlur(rgb, soft, new cv.Size(3, 3), 0);
    cv.cvtColor(soft, lab, cv.COLOR_RGB2Lab!);
  });
  return lab;
}

/** Add the region of a click to the sum, or take it away. */
function pour(cv: Cv, lab: Mat, patch: Patch, point: PromptPoint, tolerance: number, sum: Mat): void {
  const seed = pixelAt(patch, point);
  if (!seed) return;
  const { width, height } = patch;
  scoped((keep) => {
    // The filled mask has a rim of one pixel.
    const filled = keep(new cv.Mat(height + 2, width + 2, cv.CV_8UC1!, [0, 0, 0, 0]));
    const range = [tolerance, tolerance / 2, tolerance / 2, 0];
    const flags = 4 | (255 << 8) | cv.FLOODFILL_FIXED_RANGE! | cv.FLOODFILL_MASK_ONLY!;
    cv.floodFill(lab, filled, new cv.Point(seed.x, seed.y), [0, 0, 0, 0], new cv.Rect(0, 0, 0, 0), range, range, flags);
    const [from, to] = [filled.data, sum.data];
    const value = point.positive ? 255 : 0;
    for (let y = 0; y < height; y++) {
      const start = (y + 1) * (width + 2) + 1;
      for (let x = 0; x < width; x++) if (from[start + x]) to[y * width + x] = value;
    }
  });
}
