/** The worker's side of the smart tools, with the real library, on pictures whose truth is known. */
import { createRequire } from 'node:module';

import { describe, expect, test } from 'vitest';

import type { Prompt, Proposal } from '../src/editor/prompting';
import { imagePoint } from '../src/geometry/point';
import { boundsOfShape } from '../src/geometry/shapes';
import { areaOfSpans, intersect, type Spans, spansIoU, spansOf, spansOfRings } from '../src/geometry/spans';
import { ALGORITHMS } from '../src/smart/opencv/algorithms';
import { Bench, Needs } from '../src/smart/opencv/bench';
import { boxed } from '../src/smart/opencv/cv';
import { sizeOfCopy, type Size, type Window } from '../src/smart/window';

type Color = readonly [number, number, number];
type Painting = (x: number, y: number) => Color;

const PAPER: Color = [225, 215, 220];
const CELL: Color = [170, 90, 120];

// Not by `import`: the test runner would await the library itself, and never come back.
const { cv } = await boxed(createRequire(import.meta.url)('@techstark/opencv-js'));

/** A desk with a painted item, where tools work as in the browser. */
function desk(item: Size, paint: Painting, sharpest = 1) {
  const bench = new Bench(cv);
  const read: Window[] = [];
  const lay = (window: Window) => {
    read.push(window);
    const { width, height } = sizeOfCopy(window);
    const pixels = new Uint8ClampedArray(width * height * 4);
    const { left, top, right, bottom } = window.area;
    for (let y = 0, i = 0; y < height; y++) {
      for (let x = 0; x < width; x++, i += 4) {
        const color = paint(left + ((x + 0.5) * (right - left)) / width, top + ((y + 0.5) * (bottom - top)) / height);
        pixels.set([...color, 255], i);
      }
    }
    bench.lay(window, pixels);
  };
  const ask = (prompt: Prompt): Proposal => {
    const whole = { left: 0, top: 0, right: item.width, bottom: item.height };
    const job = { prompt: { seen: { area: whole, zoom: 1 }, ...prompt }, item, sharpest };
    for (let round = 0; round < 8; round++) {
      bench.begin();
      try {
        return ALGORITHMS[prompt.predictor]!(bench, job);
      } catch (error) {
        if (!(error instanceof Needs)) throw error;
        error.windows.forEach(lay);
      }
    }
    throw new Error('asked for more and more windows');
  };
  return { ask, read };
}

/** The pixels inside a circle, as truth. */
function disk(x: number, y: number, radius: number): Spans {
  const ring = Array.from({ length: 180 }, (_, i): [number, number] => {
    const angle = (i / 90) * Math.PI;
    return [x + Math.cos(angle) * radius, y + Math.sin(angle) * radius];
  });
  return spansOfRings([ring]);
}

/** Noise that is the same each time. */
const grit = (x: number, y: number): number => ((Math.floor(x) * 73 + Math.floor(y) * 151) % 23) - 11;

const cells =
  (...disks: readonly (readonly [number, number, number])[]): Painting =>
  (x, y) => {
    const inside = disks.some(([cx, cy, r]) => Math.hypot(x - cx, y - cy) < r);
    const g = grit(x, y) / 3;
    const [a, b, c] = inside ? CELL : PAPER;
    return [a + g, b + g, c + g];
  };

const spans = ({ shape }: Proposal): Spans => {
  if (shape?.kind === 'mask') return spansOf(shape);
  if (shape?.kind === 'polygon') return spansOfRings(shape.parts.flat());
  throw new Error(`no area was proposed but ${shape?.kind}`);
};

const click = (x: number, y: number, positive = true, tolerance?: number) =>
  tolerance === undefined ? { x, y, positive } : { x, y, positive, tolerance };

describe('magic wand', () => {
  const { ask, read } = desk({ width: 200, height: 150 }, cells([60, 70, 30], [140, 80, 25]));

  test('finds the region that is clicked, and no other of its color', () => {
    const found = ask({ predictor: 'wand', points: [click(60, 70)] });

    expect(spansIoU(spans(found), disk(60, 70, 30))).toBeGreaterThan(0.93);
  });

  test('adds and takes away regions in their order', () => {
    const both = ask({ predictor: 'wand', points: [click(60, 70), click(140, 80)] });
    const first = ask({ predictor: 'wand', points: [click(60, 70), click(140, 80), click(140, 80, false)] });

    expect(areaOfSpans(intersect(spans(both), disk(140, 80, 25)))).toBeGreaterThan(1700);
    expect(areaOfSpans(intersect(spans(first), disk(140, 80, 25)))).toBe(0);
  });

  test('with a large tolerance all is alike', () => {
    const found = ask({ predictor: 'wand', points: [click(60, 70, true, 100)] });

    expect(areaOfSpans(spans(found))).toBeGreaterThan(200 * 150 * 0.98);
  });

  test('the background keeps the cells out, unless holes are to be filled', () => {
    const open = ask({ predictor: 'wand', points: [click(5, 5)] });
    const filled = ask({ predictor: 'wand', points: [click(5, 5)], options: { fillHoles: true } });

    expect(areaOfSpans(intersect(spans(open), disk(60, 70, 27)))).toBe(0);
    expect(areaOfSpans(spans(filled))).toBe(200 * 150);
  });

  test('a small picture is read once', () => {
    expect(read).toHaveLength(1);
  });

  test('a click beside the picture proposes nothing', () => {
    expect(ask({ predictor: 'wand', points: [click(-20, 400)] }).shape).toBeNull();
  });

  test('on a picture of a thousand megapixels it looks at what is seen, and once more closely', () => {
    const { ask: askHuge, read: reads } = desk({ width: 40_000, height: 30_000 }, cells([20_000, 15_000, 400]));
    const found = askHuge({
      predictor: 'wand',
      points: [click(20_000, 15_000)],
      seen: { area: { left: 0, top: 0, right: 40_000, bottom: 30_000 }, zoom: 0.03 },
    });

    expect(spansIoU(spans(found), disk(20_000, 15_000, 400))).toBeGreaterThan(0.97);
    expect(reads.map(sizeOfCopy).every(({ width, height }) => width * height <= 3_000_000)).toBe(true);
    expect(found.grain).toBe(1);
  });
});

describe('intelligent scissors', () => {
  const { ask } = desk({ width: 300, height: 240 }, cells([150, 120, 70]));
  const rim = (angle: number, off = 0) => imagePoint(150 + Math.cos(angle) * (70 + off), 120 + Math.sin(angle) * (70 + off));

  test('the wire follows the edge between two places on it', () => {
    const { shape } = ask({ predictor: 'scissors', path: [rim(0)], pointer: rim(1.5) });

    const points = shape?.kind === 'polyline' ? shape.points : [];
    const away = points.map(([x, y]) => Math.abs(Math.hypot(x - 150, y - 120) - 70));
    expect(points.length).toBeGreaterThan(4);
    expect(Math.max(...away)).toBeLessThan(3);
  });

  test('four clicks around a cell, none quite on its edge, close to its outline', () => {
    const path = [rim(0.2, 1), rim(1.8, -1), rim(3.3, 1), rim(4.9, 0)];
    const found = ask({ predictor: 'scissors', path, closed: true });

    expect(spansIoU(spans(found), disk(150, 120, 70))).toBeGreaterThan(0.95);
    expect(boundsOfShape(found.shape!).right).toBeGreaterThan(215);
  });

  test('what was fixed stays as it is while the pointer moves', () => {
    const before = ask({ predictor: 'scissors', path: [rim(0), rim(1)], pointer: rim(1.5) }).shape;
    const after = ask({ predictor: 'scissors', path: [rim(0), rim(1)], pointer: rim(2.5) }).shape;

    const fixed = (shape: typeof before) => (shape?.kind === 'polyline' ? shape.points.slice(0, 4) : []);
    expect(fixed(before)).toEqual(fixed(after));
  });

  test('far from the seed the wire is coarser, and still follows', () => {
    const { ask: far } = desk({ width: 3000, height: 2000 }, cells([1500, 1000, 700]));
    const { shape } = far({
      predictor: 'scissors',
      path: [imagePoint(2200, 1000)],
      pointer: imagePoint(1500, 1700),
      seen: { area: { left: 0, top: 0, right: 3000, bottom: 2000 }, zoom: 0.4 },
    });

    const points = shape?.kind === 'polyline' ? shape.points.slice(1, -1) : [];
    expect(points.length).toBeGreaterThan(3);
    for (const [x, y] of points) expect(Math.abs(Math.hypot(x - 1500, y - 1000) - 700)).toBeLessThan(40);
  });

  test('a pointer beside the picture gets a straight line, and one seed alone is no outline', () => {
    const { shape } = ask({ predictor: 'scissors', path: [rim(0)], pointer: imagePoint(-50, -50) });

    expect(shape).toEqual({ kind: 'polyline', points: [[220, 120], [-50, -50]] });
    expect(ask({ predictor: 'scissors', path: [] }).shape).toBeNull();
  });
});

describe('superpixels', () => {
  const { ask, read } = desk({ width: 320, height: 240 }, cells([160, 120, 80]));
  const options = { cell: 16 };
  const at = (x: number, y: number) => ask({ predictor: 'superpixels', pointer: imagePoint(x, y), options }).hover;

  test('each pixel has one superpixel, all of about the size that was asked for', () => {
    const areas = new Map<string, number>();
    for (let y = 8; y < 240; y += 8) {
      for (let x = 8; x < 320; x += 8) {
        const hover = at(x, y);
        expect(hover?.kind).toBe('mask');
        if (hover?.kind === 'mask') areas.set(`${hover.left} ${hover.top} ${hover.runs.join()}`, areaOfSpans(spansOf(hover)));
      }
    }

    const sorted = [...areas.values()].sort((a, b) => a - b);
    const median = sorted[sorted.length >> 1]!;
    expect(median).toBeGreaterThan(16 * 16 * 0.6);
    expect(median).toBeLessThan(16 * 16 * 1.5);
    expect(sorted.length).toBeGreaterThan(200);
  });

  test('none crosses a strong edge', () => {
    const truth = disk(160, 120, 80);
    for (let angle = 0; angle < 6.28; angle += 0.3) {
      const hover = at(160 + Math.cos(angle) * 74, 120 + Math.sin(angle) * 74);
      const own = spansOf(hover as Extract<typeof hover, { kind: 'mask' }> & object);

      expect(areaOfSpans(intersect(own, truth)) / areaOfSpans(own)).toBeGreaterThan(0.8);
    }
  });

  test('a stroke takes in what it crosses, a second one with Alt takes away', () => {
    const stroke = (y: number, positive = true) => ({ points: [imagePoint(100, y), imagePoint(220, y)], positive, radius: 16 });
    const one = ask({ predictor: 'superpixels', strokes: [stroke(120)], options });
    const none = ask({ predictor: 'superpixels', strokes: [stroke(120), stroke(120, false)], options });

    const { left, right } = boundsOfShape(one.shape!);
    expect(right - left).toBeGreaterThan(120);
    expect(none.shape).toBeNull();
  });

  test('they are worked out only where the hand is', () => {
    const { ask: huge, read: reads } = desk({ width: 40_000, height: 30_000 }, cells([20_000, 15_000, 400]));
    huge({ predictor: 'superpixels', pointer: imagePoint(20_000, 15_000), options: { cell: 724 } });

    expect(read.length).toBeLessThan(6);
    expect(reads).toHaveLength(1);
    expect(sizeOfCopy(reads[0]!).width).toBeLessThan(600);
  });

  test('beside the picture there is none', () => {
    expect(at(-5, 20)).toBeNull();
    expect(at(320, 20)).toBeNull();
  });
});

describe('GrabCut', () => {
  const { ask } = desk({ width: 240, height: 180 }, cells([120, 90, 40]));
  const box = { left: 70, top: 40, right: 170, bottom: 140 };

  test('finds the object in the box', () => {
    expect(spansIoU(spans(ask({ predictor: 'grabcut', box })), disk(120, 90, 40))).toBeGreaterThan(0.93);
  });

  test('a stroke takes away what it crosses, and stays so after the next', () => {
    const away = { points: [imagePoint(95, 90), imagePoint(100, 95)], positive: false, radius: 4 };
    const more = { points: [imagePoint(130, 95)], positive: true, radius: 4 };
    for (const strokes of [[away], [away, more]]) {
      const found = ask({ predictor: 'grabcut', box, strokes });
      expect(areaOfSpans(intersect(spans(found), disk(97, 92, 3)))).toBe(0);
    }
  });

  test('on a large item the outline is finer than the cut', () => {
    const { ask: large, read } = desk({ width: 4000, height: 3000 }, cells([2000, 1500, 600]));
    const found = large({ predictor: 'grabcut', box: { left: 1350, top: 850, right: 2650, bottom: 2150 } });

    expect(read).toHaveLength(2);
    expect(spansIoU(spans(found), disk(2000, 1500, 600))).toBeGreaterThan(0.97);
    expect(read.map(sizeOfCopy).every(({ width, height }) => width * height <= 700_000)).toBe(true);
  });

  test('a box of the whole picture works too', () => {
    const found = ask({ predictor: 'grabcut', box: { left: -10, top: -10, right: 300, bottom: 300 } });

    expect(spansIoU(spans(found), disk(120, 90, 40))).toBeGreaterThan(0.9);
  });

  test('a box of one color proposes what it can without failing', () => {
    const { ask: plain } = desk({ width: 100, height: 100 }, () => PAPER);

    expect(() => plain({ predictor: 'grabcut', box: { left: 30, top: 30, right: 70, bottom: 70 } })).not.toThrow();
  });

  test('a box beside the picture, or of less than a pixel, is refused in words', () => {
    expect(() => ask({ predictor: 'grabcut', box: { left: 500, top: 500, right: 600, bottom: 600 } })).toThrow('outside');
    expect(() => ask({ predictor: 'grabcut', box: { left: 244, top: 40, right: 300, bottom: 90 } })).toThrow('outside');
    expect(() => ask({ predictor: 'grabcut', box: { left: 50.6, top: 50.6, right: 50.9, bottom: 50.9 } })).toThrow('too small');
  });
});
