/**
 * The editor: one item's annotations and the hand that works on them.
 *
 * It only puts its parts together. Each change is a step of edits; a step made here goes to the
 * history and, stamped as operations, to whoever saves them. Edits from elsewhere pass the history by.
 */
import type { Bounds } from '../geometry/bounds';
import { freshId } from '../model/ids';
import { drawable, shapesOf } from '../model/ontology';
import { type Edit, editOf, type Operation, operationOf } from '../model/operations';
import type { Annotation, Category, Ontology } from '../wire';
import { History, type Step } from './history';
import { WorkMeter } from './meter';
import { Selection } from './selection';
import { Signal } from './signal';
import { AnnotationStore } from './store';
import { View } from './view';
import { Viewport } from './viewport';

export interface Opening {
  width: number;
  height: number;
  annotations: readonly Annotation[];
  ontology: Ontology;
  member: string;
  readOnly?: boolean;
  /** Whether verdicts are given here, so that undoing an edit brings them back. */
  judges?: boolean;
  clock?: () => number;
}

export class Editor {
  readonly store: AnnotationStore;
  readonly selection = new Selection();
  readonly history = new History();
  readonly viewport: Viewport;
  readonly view = new View();
  readonly meter: WorkMeter;
  readonly ontology: Ontology;
  readonly readOnly: boolean;
  /** What changed last, for the painter: an area, or null for everything. */
  readonly painted = new Signal();
  readonly stale: (Bounds | null)[] = [];
  /** Called with the operations of every step made here. */
  onOperations: (operations: Operation[]) => void = () => {};

  private categoryId: string | null;
  readonly categoryChanged = new Signal();
  private readonly clock: () => number;
  private readonly member: string;
  private readonly judges: boolean;

  constructor(opening: Opening) {
    this.store = new AnnotationStore(opening.width, opening.height, opening.annotations);
    this.viewport = new Viewport(opening.width, opening.height);
    this.ontology = opening.ontology;
    this.readOnly = opening.readOnly ?? false;
    this.clock = opening.clock ?? Date.now;
    this.meter = new WorkMeter(this.clock);
    this.member = opening.member;
    this.judges = opening.judges ?? false;
    this.categoryId = drawable(this.ontology)[0]?.id ?? null;
  }

  /** The category that the next annotation gets. */
  get category(): Category | undefined {
    return this.categoryOf(this.categoryId);
  }

  categoryOf(id: string | null): Category | undefined {
    return (this.ontology.categories ?? []).find((entry) => entry.id === id);
  }

  setCategory(id: string): void {
    this.categoryId = id;
    this.categoryChanged.emit();
  }

  newId(): string {
    return freshId(this.clock());
  }

  /** Make a step: apply it, remember it, and hand its operations on. */
  perform(title: string, edits: readonly Edit[]): void {
    if (this.readOnly || edits.length === 0) return;
    const backward = this.make(edits.map((edit) => this.signed(edit)));
    if (backward.length === 0) return;
    this.history.record({ title, forward: edits, backward });
    this.send(edits);
  }

  undo(): void {
    this.replay(this.history.undo(), (step) => step.backward);
  }

  redo(): void {
    this.replay(this.history.redo(), (step) => step.forward);
  }

  /** Take over operations that another tab or device made. */
  takeOver(operations: readonly Operation[]): void {
    this.make(operations.map((op) => editOf(op, op.kind === 'put' ? this.store.get(op.annotation.id) : undefined)));
  }

  /** The selected annotations, in order. */
  selected(): Annotation[] {
    return this.store.ordered(this.selection.ids);
  }

  /** Whether a hand may change it. */
  mayTouch(annotation: Annotation): boolean {
    return !this.readOnly && this.view.shows(annotation) && !this.view.locked.has(annotation.id);
  }

  /** Whether the current category may be marked with a kind of shape. */
  mayDraw(kind: string): boolean {
    return this.category !== undefined && shapesOf(this.category).includes(kind);
  }

  private replay(step: Step | null, side: (step: Step) => readonly Edit[]): void {
    if (!step || this.readOnly) return;
    const edits = side(step).map(unjudged);
    this.make(edits);
    this.send(edits);
    const touched = edits.flatMap((edit) => (edit.kind === 'put' ? [edit.annotation.id] : []));
    if (touched.length > 0) this.selection.select(touched);
  }

  private make(edits: readonly Edit[]): Edit[] {
    const backward: Edit[] = [];
    for (const edit of edits) {
      const { inverse, area } = this.store.apply(edit);
      if (inverse) backward.unshift(inverse, ...this.verdictIn(inverse));
      if (area) this.stale.push(area);
    }
    this.selection.keep((id) => this.store.get(id) !== undefined);
    this.store.changed.emit();
    this.painted.emit();
    return backward;
  }

  /** The verdict that an edit would bring back: a put has none, so it follows as an edit of its own. */
  private verdictIn(inverse: Edit): Edit[] {
    if (!this.judges || inverse.kind !== 'put') return [];
    const { id, evidence } = inverse.annotation;
    return evidence?.verdict ? [{ kind: 'judge', id, verdict: evidence.verdict }] : [];
  }

  private signed(edit: Edit): Edit {
    if (edit.kind !== 'put') return edit;
    const before = this.store.get(edit.annotation.id);
    const at = new Date(this.clock()).toISOString();
    const evidence = before
      ? { ...edit.annotation.evidence, changed_by: this.member, changed_at: at, verdict: null }
      : { author: this.member, created_at: at, ...edit.annotation.evidence };
    return { kind: 'put', annotation: { ...edit.annotation, evidence } };
  }

  private send(edits: readonly Edit[]): void {
    const seconds = this.meter.lap();
    this.onOperations(edits.map((edit, i) => operationOf(edit, this.clock(), i === 0 ? seconds : 0)));
  }
}

/** What is put anew was not judged, here as on the server. */
function unjudged(edit: Edit): Edit {
  if (edit.kind !== 'put' || !edit.annotation.evidence?.verdict) return edit;
  return { kind: 'put', annotation: { ...edit.annotation, evidence: { ...edit.annotation.evidence, verdict: null } } };
}
