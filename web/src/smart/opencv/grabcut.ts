/**
 * GrabCut (Rother, Kolmogorov and Blake, SIGGRAPH 2004): what stands out in a box from what is around it.
 *
 * Two mixtures of colors, object and background, are learned from the box and its surroundings and cut
 * apart along edges. Strokes are certain; each goes on from the cut before it. The cut is made on a copy
 * of the box and its surroundings with few pixels, for its cost grows with them; where that is coarser
 * than the item, the outline alone is drawn anew on a finer copy, by a watershed in a narrow band.
 * OpenCV: grabCut, watershed.
 */
import type { Hint, Proposal } from '../../editor/prompting';
import { type Bounds, grown } from '../../geometry/bounds';
import { onItem, windowOf } from '../window';
import { type Algorithm, type Bench, grainOf, noteOf, type Patch } from './bench';
import { type Cv, type Mat, scoped } from './cv';
import { dab, dropSpecks, fillHoles, type Mask, maskOfPixels } from './regions';

const COARSE = 60_000; // pixels of the copy that is cut
const FINE = 700_000; // pixels of the copy that the outline is drawn on
const AROUND = 0.4; // of the box's longer side: how much of the surroundings is looked at
const FIRST_ROUNDS = 4;
const ROUNDS = 2; // after a stroke
const SPECK = 0.05; // of the largest piece: smaller ones are left out
const HOLE = 0.01; // of the copy: smaller holes are filled

/** A cut, and the colors it has learned. */
interface Cut {
  /** OpenCV's classes: 0 background, 1 object, 2 and 3 the same, probably. */
  readonly classes: Mat;
  readonly background: Mat;
  readonly object: Mat;
}

export const grabcut: Algorithm = (bench, job): Proposal => {
  const { box, strokes = [] } = job.prompt;
  if (!box) return { predictor: 'grabcut', shape: null };
  const { item, sharpest } = job;
  const around = grown(box, Math.max(8, AROUND * Math.max(box.right - box.left, box.bottom - box.top)));
  const coarse = windowOf(around, item, COARSE, sharpest);
  const fine = windowOf(around, item, FINE, sharpest);
  if (!onItem(box, item) || !coarse || !fine) throw new Error('The box lies outside the picture.');
  const isFiner = fine.scale > coarse.scale;
  const [patch, finer] = bench.get(isFiner ? [coarse, fine] : [coarse]);
  const { classes } = cutOf(bench, patch!, box, strokes);
  const shape = scoped((keep) => {
    const region = keep(objectOf(bench.cv, patch!, classes, strokes));
    return finer ? drawnAnew(bench, region, finer, strokes) : maskOfPixels(patch!, region.data);
  });
  const grain = grainOf(finer ?? patch!);
  const note = shape ? noteOf(grain) : 'Nothing stands out in the box: say with a stroke what belongs to the object.';
  return { predictor: 'grabcut', shape, grain, note };
};

/** The cut after so many strokes; each goes on from the one before. */
function cutOf(bench: Bench, patch: Patch, box: Bounds, strokes: readonly Hint[]): Cut {
  const name = `cut ${patch.key} ${JSON.stringify([box, strokes])}`;
  return bench.keep(name, () => (strokes.length === 0 ? first(bench.cv, patch, box) : refined(bench, patch, box, strokes)), free);
}

function free({ classes, background, object }: Cut): void {
  for (const mat of [classes, background, object]) mat.delete();
}

function first(cv: Cv, patch: Patch, box: Bounds): Cut {
  const classes = new cv.Mat(patch.height, patch.width, cv.CV_8UC1!, [0, 0, 0, 0]);
  const bytes = classes.data;
  const { area, across, down, width, height } = patch;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [px, py] = [area.left + (x + 0.5) * across, area.top + (y + 0.5) * down];
      if (px >= box.left && px < box.right && py >= box.top && py < box.bottom) bytes[y * width + x] = cv.GC_PR_FGD!;
    }
  }
  // A box of the whole picture leaves no background to learn from: its rim must do.
  for (let y = 0; y < height; y++) bytes[y * width] = bytes[y * width + width - 1] = cv.GC_BGD!;
  for (let x = 0; x < width; x++) bytes[x] = bytes[(height - 1) * width + x] = cv.GC_BGD!;
  if (!bytes.includes(cv.GC_PR_FGD!)) {
    classes.delete();
    throw new Error('The box is too small to find anything in it.');
  }
  const cut: Cut = { classes, background: new cv.Mat(), object: new cv.Mat() };
  run(cv, patch, cut, FIRST_ROUNDS, cv.GC_INIT_WITH_MASK!);
  return cut;
}

function refined(bench: Bench, patch: Patch, box: Bounds, strokes: readonly Hint[]): Cut {
  const { cv } = bench;
  const before = cutOf(bench, patch, box, strokes.slice(0, -1));
  const cut: Cut = { classes: before.classes.clone(), background: before.background.clone(), object: before.object.clone() };
  const { points, radius, positive } = strokes.at(-1)!;
  dab(patch, cut.classes.data, points, radius, positive ? cv.GC_FGD! : cv.GC_BGD!);
  run(cv, patch, cut, ROUNDS, cv.GC_EVAL!);
  return cut;
}

function run(cv: Cv, patch: Patch, { classes, background, object }: Cut, rounds: number, mode: number): void {
  const bytes = classes.data;
  const has = (...kinds: number[]) => kinds.some((kind) => bytes.includes(kind));
  // Strokes can leave only one of the two, which nothing can be learned from: then they alone say it.
  if (!has(cv.GC_FGD!, cv.GC_PR_FGD!) || !has(cv.GC_BGD!, cv.GC_PR_BGD!)) return;
  cv.grabCut(patch.rgb, classes, new cv.Rect(0, 0, 1, 1), background, object, rounds, mode);
}

/** The object without specks and pinholes. */
function objectOf(cv: Cv, patch: Patch, classes: Mat, strokes: readonly Hint[]): Mat {
  const region = new cv.Mat(patch.height, patch.width, cv.CV_8UC1!, [0, 0, 0, 0]);
  const [from, to] = [classes.data, region.data];
  const certain = new Uint8Array(to.length);
  for (const { points, radius } of strokes.filter(({ positive }) => positive)) dab(patch, certain, points, radius, 1);
  for (let i = 0; i < to.length; i++) to[i] = from[i]! & 1 ? 255 : 0;
  dropSpecks(cv, region, SPECK, certain);
  fillHoles(cv, region, HOLE * to.length);
  const now = region.data;
  for (let i = 0; i < now.length; i++) if (from[i] === cv.GC_BGD) now[i] = 0;
  return region;
}

/** The region's outline on a finer copy: certain away from it, flooded from both sides in a band around it. */
function drawnAnew(bench: Bench, region: Mat, finer: Patch, strokes: readonly Hint[]): Mask | null {
  const { cv } = bench;
  return scoped((keep) => {
    const thin = keep(new cv.Mat());
    const wide = keep(new cv.Mat());
    const kernel = keep(new cv.Mat(3, 3, cv.CV_8UC1!, [1, 0, 0, 0]));
    cv.erode(region, thin, kernel);
    // An object of a pixel or two has no inside: it is certain as it is.
    if (!thin.data.includes(255)) region.copyTo(thin);
    cv.dilate(region, wide, kernel);
    const [inner, outer] = [thin, wide].map((mat) => {
      const large = keep(new cv.Mat());
      cv.resize(mat, large, new cv.Size(finer.width, finer.height), 0, 0, 0);
      return large.data;
    });
    const markers = keep(new cv.Mat(finer.height, finer.width, cv.CV_32SC1!, [0, 0, 0, 0]));
    const labels = markers.data32S;
    const hints = new Uint8Array(labels.length);
    for (const { points, radius, positive } of strokes) dab(finer, hints, points, radius, positive ? 1 : 2);
    for (let i = 0; i < labels.length; i++) labels[i] = hints[i] || (inner![i] ? 1 : outer![i] ? 0 : 2);
    cv.watershed(finer.rgb, markers);
    const bytes = new Uint8Array(labels.length);
    // Reread: the library may have moved its memory.
    const after = markers.data32S;
    const { width } = finer;
    for (let i = 0; i < after.length; i++) bytes[i] = after[i] === 1 || (after[i] === -1 && (after[i - 1] === 1 || after[i - width] === 1)) ? 1 : 0;
    return maskOfPixels(finer, bytes);
  });
}
