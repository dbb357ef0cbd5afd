/** The annotations at hand: in order, by id, and by place. Every change comes as an edit. */
import { type Bounds, union } from '../geometry/bounds';
import type { ImagePoint } from '../geometry/point';
import { areaOf, boundsOfShape, edgeDistance, holdsPoint } from '../geometry/shapes';
import { Tree } from '../geometry/tree';
import { type Edit, judged } from '../model/operations';
import type { Annotation } from '../wire';
import { Signal } from './signal';

export class AnnotationStore {
  readonly changed = new Signal();
  private readonly byId = new Map<string, Annotation>();
  /** Painting order: a number for each id, growing. */
  private readonly places = new Map<string, number>();
  private nextPlace = 0;
  private readonly tree = new Tree();
  private listed: Annotation[] | null = null;

  constructor(annotations: readonly Annotation[] = []) {
    for (const annotation of annotations) {
      if (!this.byId.has(annotation.id)) this.places.set(annotation.id, this.nextPlace++);
      this.byId.set(annotation.id, annotation);
    }
    this.tree.load(this.all().flatMap(({ id, shape }) => (shape ? [[id, boundsOfShape(shape)] as const] : [])));
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

  /** The annotations of some ids, in painting order. */
  ordered(ids: ReadonlySet<string>): Annotation[] {
    if (ids.size * 4 > this.byId.size) return this.all().filter((annotation) => ids.has(annotation.id));
    return [...ids]
      .filter((id) => this.byId.has(id))
      .sort((a, b) => this.places.get(a)! - this.places.get(b)!)
      .map((id) => this.byId.get(id)!);
  }

  /** The annotations whose bounds touch an area, in painting order. */
  inside(area: Bounds): Annotation[] {
    return this.ordered(this.tree.near(area));
  }

  /**
   * The annotation a click at the point means: the smallest that holds the point or has its outline
   * within `reach`, so that small things inside large ones can be picked; of equals the one on top.
   */
  at(point: ImagePoint, reach: number, accept: (annotation: Annotation) => boolean): Annotation | null {
    const area = { left: point.x - reach, top: point.y - reach, right: point.x + reach, bottom: point.y + reach };
    let best: { annotation: Annotation; rank: number; place: number } | null = null;
    for (const id of this.tree.near(area)) {
      const annotation = this.byId.get(id)!;
      const shape = annotation.shape;
      if (!shape || !accept(annotation)) continue;
      if (!holdsPoint(shape, point) && edgeDistance(shape, point) > reach) continue;
      const [rank, place] = [areaOf(shape), this.places.get(id)!];
      if (!best || rank < best.rank || (rank === best.rank && place > best.place)) best = { annotation, rank, place };
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
      this.places.delete(id);
      this.tree.delete(id);
      this.listed = null;
      return { inverse: { kind: 'put', annotation: before }, area: joined(before) };
    }
    const { verdict = null, errors = [] } = before.evidence ?? {};
    this.set({ ...before, evidence: judged(before.evidence, edit) });
    return { inverse: { kind: 'judge', id, verdict, errors }, area: joined(before) };
  }

  private set(annotation: Annotation): void {
    if (!this.byId.has(annotation.id)) this.places.set(annotation.id, this.nextPlace++);
    this.byId.set(annotation.id, annotation);
    if (annotation.shape) this.tree.put(annotation.id, boundsOfShape(annotation.shape));
    else this.tree.delete(annotation.id);
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
