/** Answers which shapes are near a place, without looking at all of them: an R-tree (rbush). */
import RBush from 'rbush';

import type { Bounds } from './bounds';

interface Leaf {
  readonly id: string;
  readonly minX: number;
  readonly minY: number;
  readonly maxX: number;
  readonly maxY: number;
}

export class Tree {
  private readonly tree = new RBush<Leaf>();
  private readonly leaves = new Map<string, Leaf>();

  /** Put many at once, which is faster than one by one. */
  load(entries: Iterable<readonly [string, Bounds]>): void {
    const fresh: Leaf[] = [];
    for (const [id, bounds] of entries) {
      const leaf = leafOf(id, bounds);
      this.leaves.set(id, leaf);
      fresh.push(leaf);
    }
    this.tree.load(fresh);
  }

  put(id: string, bounds: Bounds): void {
    this.delete(id);
    const leaf = leafOf(id, bounds);
    this.leaves.set(id, leaf);
    this.tree.insert(leaf);
  }

  delete(id: string): void {
    const leaf = this.leaves.get(id);
    if (!leaf) return;
    this.leaves.delete(id);
    this.tree.remove(leaf);
  }

  /** The ids whose bounds touch the area, in no order. */
  near(area: Bounds): Set<string> {
    const found = this.tree.search({ minX: area.left, minY: area.top, maxX: area.right, maxY: area.bottom });
    return new Set(found.map(({ id }) => id));
  }
}

const leafOf = (id: string, { left, top, right, bottom }: Bounds): Leaf => ({
  id,
  minX: left,
  minY: top,
  maxX: right,
  maxY: bottom,
});
