/** The annotations at hand: in order, by id, and by place. Every change comes as an edit. */
import { type Bounds, union } from '../geometry/bounds';
import { Grid } from '../geometry/grid';
import type { ImagePoint } from '../geometry/point';
import { areaOf, boundsOfShape, edgeDistance, holdsPoint } from '../geometry/shapes';
import type { Edit } from '../model/operations';
import type { Annotation } from '../wire';
import { Signal } from './signal';

export class AnnotationStore {
  readonly changed = new Signal();
  private readonly byId = new Map<string, Annotation>();
  private grid: Grid;
  private listed: Annotation[] | null = null;

  constructor(width: number, height: number, annotations: readonly Annotation[] = []) {
    this.grid = new Grid(width, height);
    for (const annotation of annotations) this.set(annotation);
  }

  get size(): number {
    return this.byId.size;
  }

  get(id: string): Annotation | undefined {
    return this.byId.get(id);
  }

  all(): readonly Annotation[] {
    return (this.listed ??= [...this.byId.values()]);
  }

  /** The annotations whose bounds touch an area, in painting order. */
  inside(area: Bounds): Annotation[] {
    const near = this.grid.near(area);
    if (near.size * 8 > this.byId.size) return this.all().filter((annotation) => near.has(annotation.id));
    const order = new Map<string, number>();
    let at = 0;
    for (const id of this.byId.keys()) {
      if (near.has(id)) order.set(id, at);
      at++;
    }
    return [...order.keys()].map((id) => this.byId.get(id)!);
  }

  /**
   * The annotation a click at the point means: one whose outline is within `reach`, else the smallest
   * that holds the point, so that small things inside large ones can be picked.
   */
  at(point: ImagePoint, reach: number, accept: (annotation: Annotation) => boolean): Annotation | null {
    const area = { left: point.x - reach, top: point.y - reach, right: point.x + reach, bottom: point.y + reach };
    let best: { annotation: Annotation; rank: number } | null = null;
    for (const annotation of this.inside(area)) {
      const shape = annotation.shape;
      if (!shape || !accept(annotation)) continue;
      const onEdge = edgeDistance(shape, point) <= reach;
      if (!onEdge && !holdsPoint(shape, point)) continue;
      const rank = areaOf(shape);
      if (!best || rank <= best.rank) best = { annotation, rank };
    }
    return best?.annotation ?? null;
  }

  /** Make an edit; gives the one that undoes it, or null if nothing changed, and the area it touched. */
  apply(edit: Edit): { inverse: Edit | null; area: Bounds | null } {
    const id = edit.kind === 'put' ? edit.annotation.id : edit.id;
    const before = this.byId.get(id);
    if (edit.kind === 'put') {
      const area = joined(before, edit.annotation);
      this.set(edit.annotation);
      return { inverse: before ? { kind: 'put', annotation: before } : { kind: 'delete', id }, area };
    }
    if (!before) return { inverse: null, area: null };
    if (edit.kind === 'delete') {
      this.byId.delete(id);
      this.grid.delete(id);
      this.listed = null;
      return { inverse: { kind: 'put', annotation: before }, area: joined(before) };
    }
    const was = before.evidence?.verdict ?? null;
    this.set({ ...before, evidence: { ...before.evidence, verdict: edit.verdict } });
    return { inverse: { kind: 'judge', id, verdict: was }, area: joined(before) };
  }

  private set(annotation: Annotation): void {
    this.byId.set(annotation.id, annotation);
    if (annotation.shape) this.grid.put(annotation.id, boundsOfShape(annotation.shape));
    else this.grid.delete(annotation.id);
    this.listed = null;
  }
}

function joined(...annotations: (Annotation | undefined)[]): Bounds | null {
  let area: Bounds | null = null;
  for (const annotation of annotations) {
    if (!annotation?.shape) continue;
    const bounds = boundsOfShape(annotation.shape);
    area = area ? union(area, bounds) : bounds;
  }
  return area;
}
