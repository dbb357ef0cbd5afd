/** A grid over the item that answers which shapes are near a place, without looking at all of them. */
import { type Bounds, overlaps } from './bounds';

const CELLS = 48;

export class Grid {
  private readonly size: number;
  private readonly cells = new Map<number, Set<string>>();
  private readonly known = new Map<string, Bounds>();

  constructor(width: number, height: number) {
    this.size = Math.max(1, Math.max(width, height) / CELLS);
  }

  put(id: string, bounds: Bounds): void {
    this.delete(id);
    this.known.set(id, bounds);
    this.each(bounds, (key) => {
      const cell = this.cells.get(key);
      if (cell) cell.add(id);
      else this.cells.set(key, new Set([id]));
    });
  }

  delete(id: string): void {
    const bounds = this.known.get(id);
    if (!bounds) return;
    this.known.delete(id);
    this.each(bounds, (key) => this.cells.get(key)?.delete(id));
  }

  bounds(id: string): Bounds | undefined {
    return this.known.get(id);
  }

  /** The ids whose bounds touch the area, in no order. */
  near(area: Bounds): Set<string> {
    const found = new Set<string>();
    const cells = this.span(area);
    if ((cells.x1 - cells.x0 + 1) * (cells.y1 - cells.y0 + 1) > this.cells.size) {
      for (const [id, bounds] of this.known) if (overlaps(bounds, area)) found.add(id);
      return found;
    }
    this.each(area, (key) => {
      for (const id of this.cells.get(key) ?? []) if (overlaps(this.known.get(id)!, area)) found.add(id);
    });
    return found;
  }

  private each(bounds: Bounds, visit: (key: number) => void): void {
    const { x0, x1, y0, y1 } = this.span(bounds);
    for (let y = y0; y <= y1; y++) for (let x = x0; x <= x1; x++) visit(y * 4096 + x);
  }

  private span(bounds: Bounds) {
    // Shapes may reach outside the item; whatever does is kept in the border cells.
    const cell = (value: number) => Math.min(CELLS, Math.max(-1, Math.floor(value / this.size))) + 1;
    return { x0: cell(bounds.left), x1: cell(bounds.right), y0: cell(bounds.top), y1: cell(bounds.bottom) };
  }
}
