/** Regions: the set pixels of a patch as spans of the item, and back. */
import type { ImagePoint } from '../../geometry/point';
import { maskOf, type Row, type Spans } from '../../geometry/spans';
import type { Shape } from '../../wire';
import type { Patch } from './bench';
import { type Cv, type Mat, scoped } from './cv';

export type Mask = Extract<Shape, { kind: 'mask' }>;

/** The item's pixels under the set pixels of a patch. */
export function spansOfPixels({ area, across, down, width, height }: Patch, isSet: (index: number) => boolean): Spans {
  const column = (x: number) => area.left + Math.round(x * across);
  const rows: Row[] = [];
  let [lastY, last]: [number, Row] = [-1, []];
  for (let top = area.top; top < area.bottom; top++) {
    const y = Math.min(height - 1, Math.floor((top - area.top + 0.5) / down));
    if (y !== lastY) [lastY, last] = [y, rowOf(y * width, width, isSet, column)];
    rows.push(last);
  }
  return { top: area.top, rows };
}

function rowOf(start: number, width: number, isSet: (index: number) => boolean, column: (x: number) => number): Row {
  const row: number[] = [];
  let on = false;
  for (let x = 0; x <= width; x++) {
    const now = x < width && isSet(start + x);
    if (now !== on) row.push(column(x));
    on = now;
  }
  return row;
}

/** The mask under the set bytes of a patch; null if none is set. */
export function maskOfPixels(patch: Patch, bytes: Uint8Array): Mask | null {
  return maskOf(spansOfPixels(patch, (i) => bytes[i]! !== 0));
}

/** Paint a line of round dabs into the bytes of a patch. */
export function dab(patch: Patch, bytes: Uint8Array, points: readonly ImagePoint[], radius: number, value: number): void {
  const { area, across, down, width, height } = patch;
  const [rx, ry] = [Math.max(0.75, radius / across), Math.max(0.75, radius / down)];
  points.forEach((to, i) => {
    const from = points[Math.max(0, i - 1)]!;
    const steps = Math.max(1, Math.ceil(Math.hypot(to.x - from.x, to.y - from.y) / Math.max(across, radius / 2)));
    for (let k = 0; k <= steps; k++) {
      const cx = (from.x + ((to.x - from.x) * k) / steps - area.left) / across;
      const cy = (from.y + ((to.y - from.y) * k) / steps - area.top) / down;
      for (let y = Math.max(0, Math.floor(cy - ry)); y <= Math.min(height - 1, Math.floor(cy + ry)); y++) {
        for (let x = Math.max(0, Math.floor(cx - rx)); x <= Math.min(width - 1, Math.floor(cx + rx)); x++) {
          if (((x + 0.5 - cx) / rx) ** 2 + ((y + 0.5 - cy) / ry) ** 2 <= 1.2) bytes[y * width + x] = value;
        }
      }
    }
  });
}

/** Fill the holes of a region that are smaller than so many pixels. */
export function fillHoles(cv: Cv, region: Mat, below: number): void {
  scoped((keep) => {
    const contours = keep(new cv.MatVector());
    const hierarchy = keep(new cv.Mat());
    const source = keep(region.clone());
    cv.findContours(source, contours, hierarchy, cv.RETR_CCOMP!, cv.CHAIN_APPROX_NONE!);
    for (let i = 0; i < contours.size(); i++) {
      const isHole = hierarchy.data32S[i * 4 + 3]! >= 0;
      if (!isHole) continue;
      const contour = keep(contours.get(i));
      if (cv.contourArea(contour) < below) cv.drawContours(region, contours, i, [255, 255, 255, 255], -1);
    }
  });
}

/** Leave only components with a share of the largest one's pixels, or with a byte of `wanted` set. */
export function dropSpecks(cv: Cv, region: Mat, share: number, wanted: Uint8Array | null): void {
  scoped((keep) => {
    const labels = keep(new cv.Mat());
    const count = cv.connectedComponents(region, labels, 8);
    if (count <= 2) return;
    const of = labels.data32S;
    const sizes = new Uint32Array(count);
    const asked = new Uint8Array(count);
    for (let i = 0; i < of.length; i++) {
      sizes[of[i]!]!++;
      if (wanted?.[i]) asked[of[i]!] = 1;
    }
    sizes[0] = 0;
    const least = Math.max(...sizes) * share;
    const bytes = region.data;
    for (let i = 0; i < of.length; i++) {
      const label = of[i]!;
      if (label > 0 && sizes[label]! < least && !asked[label]) bytes[i] = 0;
    }
  });
}
