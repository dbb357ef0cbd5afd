/** Masks: set pixels inside a window, as row-major runs. */
import { boundsOfSpans, spansHold, spansOf } from '../spans';
import type { Geometry, Of } from '../geometry';

type Mask = Of<'mask'>;

export const mask: Geometry<Mask> = {
  lines: () => [],
  bounds: (m) => ({ left: m.left, top: m.top, right: m.left + m.width, bottom: m.top + m.height }),
  area: (m) => m.runs.reduce((sum, run, i) => sum + (i % 2 ? run : 0), 0),
  holds: (m, p) => spansHold(spansOf(m), Math.floor(p.x), Math.floor(p.y)),
  // A near miss counts for thin masks: the nearest set pixel in the few rows around.
  edge: (m, p) => nearestPixel(m, p),
  moved: (m, dx, dy) => ({ ...m, left: m.left + Math.round(dx), top: m.top + Math.round(dy) }),
  turned: () => null,
  handles: () => [],
  dragged: (m) => m,
};

const REACH = 8; // rows looked at above and below

function nearestPixel(m: Mask, p: { x: number; y: number }): number {
  const spans = spansOf(m);
  const bounds = boundsOfSpans(spans);
  if (!bounds) return Infinity;
  let nearest = Infinity;
  const first = Math.max(spans.top, Math.floor(p.y) - REACH);
  const last = Math.min(spans.top + spans.rows.length - 1, Math.floor(p.y) + REACH);
  for (let y = first; y <= last; y++) {
    const row = spans.rows[y - spans.top]!;
    const dy = Math.max(0, y - p.y, p.y - (y + 1));
    for (let i = 0; i < row.length; i += 2) {
      const dx = Math.max(0, row[i]! - p.x, p.x - row[i + 1]!);
      nearest = Math.min(nearest, Math.hypot(dx, dy));
    }
  }
  return nearest;
}
