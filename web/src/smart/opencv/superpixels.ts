/**
 * Superpixels: small patches of like color with even sizes, as compact watersheds from a regular grid.
 *
 * After Waterpixels (Machairas et al., IEEE Transactions on Image Processing 24(11), 2015): one seed in
 * each cell of a grid, where the gradient is least near the cell's middle, and a watershed that is kept
 * compact by the distance from the middles. OpenCV's watershed floods by the largest difference of a
 * channel between neighbors, so lightness and the stronger color axis are two channels, and the third
 * one is a bowl around each middle: its slope is the distance, weighted.
 *
 * The grid belongs to the item, not to the view: it is worked out block by block where the hand is, with
 * a rim of one cell, and stays the same wherever one looks. Cells of many item pixels are found on a
 * shrunken copy, so a block costs the same at every zoom.
 */
import type { Hint, Proposal } from '../../editor/prompting';
import { imagePoint, type ImagePoint } from '../../geometry/point';
import { EMPTY, type Gather, Gather as Gathering, maskOf, type Spans, subtract, unite } from '../../geometry/spans';
import { keyOf, onItem, stepDown, type Window } from '../window';
import { type Algorithm, type Bench, grainOf, type Job, noteOf, type Patch, pixelAt } from './bench';
import { type Cv, type Mat, scoped } from './cv';

const LARGEST = 24; // pixels of the copy to a side of a cell
const CELLS = 18; // of a side of a block
const COMPACT = 1.5; // gray levels a pixel at the rim of a cell: edges steeper than this win over evenness
const SEED_REACH = 0.3; // of a cell: how far from its middle a seed may lie

interface Block {
  readonly patch: Patch;
  /** The label of each pixel of the patch. */
  readonly labels: Uint16Array;
  readonly spans: Map<number, Spans>;
}

export const superpixels: Algorithm = (bench, job): Proposal => {
  const { strokes = [], pointer, options = {} } = job.prompt;
  const cell = Number(options.cell ?? 24);
  const places = strokes.flatMap((stroke) => along(stroke).map((at) => ({ at, cell: stroke.radius })));
  const wanted = pointer ? [...places, { at: pointer, cell }] : places;
  const windows = wanted.flatMap(({ at, cell: own }) => windowAt(at, own, job) ?? []);
  const unique = new Map(windows.filter((window) => !bench.has(nameOf(window))).map((window) => [keyOf(window), window]));
  if (unique.size > 0) bench.get([...unique.values()]);

  let grain = 1;
  let sum = EMPTY;
  for (const stroke of strokes) {
    const touched = new Map<string, Spans>();
    for (const at of along(stroke)) {
      const found = under(bench, job, at, stroke.radius);
      if (!found) continue;
      touched.set(found.name, found.spans);
      grain = Math.max(grain, found.grain);
    }
    const all = united([...touched.values()]);
    sum = stroke.positive ? unite(sum, all) : subtract(sum, all);
  }
  const hover = pointer ? under(bench, job, pointer, cell) : null;
  return {
    predictor: 'superpixels',
    shape: maskOf(sum),
    hover: hover ? maskOf(hover.spans) : null,
    grain,
    note: noteOf(grain),
  };
};

/** Places of a stroke, near enough to one another to miss no superpixel. */
function along({ points, radius }: Hint): ImagePoint[] {
  return points.flatMap((to, i) => {
    const from = points[Math.max(0, i - 1)]!;
    const steps = Math.max(1, Math.ceil(Math.hypot(to.x - from.x, to.y - from.y) / (radius / 3)));
    return Array.from({ length: steps }, (_, k) => {
      const share = (k + 1) / steps;
      return imagePoint(from.x + (to.x - from.x) * share, from.y + (to.y - from.y) * share);
    });
  });
}

/** The superpixel under a place, of cells with a side of so many item pixels. */
function under(bench: Bench, job: Job, at: ImagePoint, cell: number) {
  const window = windowAt(at, cell, job);
  if (!window) return null;
  const block = bench.keep<Block>(nameOf(window), () => blockOf(bench, window, cell));
  const pixel = pixelAt(block.patch, at);
  if (!pixel) return null;
  const label = block.labels[pixel.y * block.patch.width + pixel.x]!;
  return { name: `${block.patch.key} ${label}`, spans: block.spans.get(label) ?? EMPTY, grain: grainOf(block.patch) };
}

const nameOf = (window: Window): string => `superpixels ${keyOf(window)}`;

/** The window of the block that a place lies in; null off the item. */
function windowAt({ x, y }: ImagePoint, cell: number, { item, sharpest }: Job): Window | null {
  if (x < 0 || y < 0 || x >= item.width || y >= item.height) return null;
  const side = cell * CELLS;
  const [left, top] = [Math.floor(x / side) * side, Math.floor(y / side) * side];
  const area = onItem({ left: left - cell, top: top - cell, right: left + side + cell, bottom: top + side + cell }, item);
  return area && { area, scale: stepDown(Math.min(1, sharpest, LARGEST / cell)) };
}

function blockOf(bench: Bench, window: Window, cell: number): Block {
  const [patch] = bench.get([window]);
  const labels = scoped((keep) => {
    const markers = keep(flooded(bench.cv, patch!, cell, keep));
    return settled(markers.data32S, patch!.width, patch!.height);
  });
  return { patch: patch!, labels, spans: spansByLabel(patch!, labels) };
}

function flooded(cv: Cv, patch: Patch, cell: number, keep: <T extends Mat>(mat: T) => T): Mat {
  const { width, height } = patch;
  const soft = keep(new cv.Mat());
  const lab = keep(new cv.Mat());
  cv.GaussianBlur(patch.rgb, soft, new cv.Size(5, 5), 0);
  cv.cvtColor(soft, lab, cv.COLOR_RGB2Lab!);
  const [gridX, gridY] = [cell / patch.across, cell / patch.down];
  // Where the patch begins within the grid.
  const [offX, offY] = [(patch.area.left % cell) / patch.across, (patch.area.top % cell) / patch.down];
  const image = keep(new cv.Mat(height, width, cv.CV_8UC3!));
  const [from, to] = [lab.data, image.data];
  const color = strongerAxis(from);
  const bowl = COMPACT / gridX; // half the slope: COMPACT at half a cell
  for (let y = 0, i = 0; y < height; y++) {
    const dy = ((y + 0.5 + offY) % gridY) - gridY / 2;
    for (let x = 0; x < width; x++, i += 3) {
      const dx = ((x + 0.5 + offX) % gridX) - gridX / 2;
      to[i] = from[i]!;
      to[i + 1] = from[i + color]!;
      to[i + 2] = Math.min(255, bowl * (dx * dx + dy * dy));
    }
  }
  const markers = new cv.Mat(height, width, cv.CV_32SC1!, [0, 0, 0, 0]);
  seed(markers.data32S, to, { width, height, gridX, gridY, offX, offY });
  cv.watershed(image, markers);
  return markers;
}

/** Which of the two color axes (1 or 2) tells more of the pixels apart. */
function strongerAxis(lab: Uint8Array): 1 | 2 {
  const spread = (channel: number) => {
    let [sum, squares, count] = [0, 0, 0];
    for (let i = channel; i < lab.length; i += 21) {
      sum += lab[i]!;
      squares += lab[i]! ** 2;
      count++;
    }
    return squares / count - (sum / count) ** 2;
  };
  return spread(1) >= spread(2) ? 1 : 2;
}

interface Grid {
  width: number;
  height: number;
  gridX: number;
  gridY: number;
  offX: number;
  offY: number;
}

/** One marker a cell, where the picture is flattest near the middle. */
function seed(markers: Int32Array, image: Uint8Array, { width, height, gridX, gridY, offX, offY }: Grid): void {
  let label = 0;
  for (let cy = gridY / 2 - offY; cy < height + gridY / 2; cy += gridY) {
    for (let cx = gridX / 2 - offX; cx < width + gridX / 2; cx += gridX) {
      const reach = Math.max(1, Math.floor(gridX * SEED_REACH));
      let [best, at] = [Infinity, -1];
      for (let y = Math.max(1, Math.round(cy) - reach); y <= Math.min(height - 2, Math.round(cy) + reach); y++) {
        for (let x = Math.max(1, Math.round(cx) - reach); x <= Math.min(width - 2, Math.round(cx) + reach); x++) {
          const i = (y * width + x) * 3;
          const steep =
            Math.abs(image[i + 3]! - image[i - 3]!) + Math.abs(image[i + width * 3]! - image[i - width * 3]!) +
            Math.abs(image[i + 4]! - image[i - 2]!) + Math.abs(image[i + width * 3 + 1]! - image[i - width * 3 + 1]!);
          const away = ((x - cx) ** 2 + (y - cy) ** 2) / (gridX * gridX);
          if (steep + away < best) [best, at] = [steep + away, y * width + x];
        }
      }
      if (at >= 0 && markers[at] === 0) markers[at] = ++label;
    }
  }
}

/** The labels of the pixels; those on a ridge (-1), as OpenCV leaves them, go to a neighbor. */
function settled(markers: Int32Array, width: number, height: number): Uint16Array {
  const labels = Uint16Array.from(markers, (label) => Math.max(0, label));
  let ridges: number[] = [];
  labels.forEach((label, i) => label === 0 && ridges.push(i));
  for (let round = 0; round < 4 && ridges.length > 0; round++) {
    // All at once, or a label would run along a whole ridge.
    const found = ridges.map((i) => neighborOf(labels, i, width, height));
    ridges.forEach((i, k) => (labels[i] = found[k]!));
    ridges = ridges.filter((_, k) => found[k] === 0);
  }
  return labels;
}

/** The label that most of a pixel's eight neighbors have; 0 if none has any. */
function neighborOf(labels: Uint16Array, i: number, width: number, height: number): number {
  const [x, y] = [i % width, Math.floor(i / width)];
  const counts = new Map<number, number>();
  let best = 0;
  for (let v = Math.max(0, y - 1); v <= Math.min(height - 1, y + 1); v++) {
    for (let u = Math.max(0, x - 1); u <= Math.min(width - 1, x + 1); u++) {
      const label = labels[v * width + u]!;
      if (label === 0) continue;
      const count = (counts.get(label) ?? 0) + 1;
      counts.set(label, count);
      if (count > (counts.get(best) ?? 0)) best = label;
    }
  }
  return best;
}

function spansByLabel(patch: Patch, labels: Uint16Array): Map<number, Spans> {
  const gathers = new Map<number, Gather>();
  const { area, across, down, width, height } = patch;
  const column = (x: number) => area.left + Math.round(x * across);
  for (let top = area.top; top < area.bottom; top++) {
    const y = Math.min(height - 1, Math.floor((top - area.top + 0.5) / down));
    for (let x = 0, start = 0; x < width; x++) {
      const label = labels[y * width + x]!;
      if (x + 1 < width && labels[y * width + x + 1] === label) continue;
      let gather = gathers.get(label);
      if (!gather) gathers.set(label, (gather = new Gathering()));
      gather.add(top, column(start), column(x + 1));
      start = x + 1;
    }
  }
  return new Map([...gathers].map(([label, gather]) => [label, gather.spans()]));
}

function united(all: readonly Spans[]): Spans {
  const gather = new Gathering();
  for (const { top, rows } of all) rows.forEach((row, i) => {
    for (let k = 0; k < row.length; k += 2) gather.add(top + i, row[k]!, row[k + 1]!);
  });
  return gather.spans();
}
