/**
 * The editor: one item's annotations and the hand that works on them.
 *
 * It only puts its parts together. Each change is a step of edits; a step made here goes to the
 * history and, stamped as operations, to whoever saves them. Edits from elsewhere pass the history by.
 */
import type { Bounds } from '../geometry/bounds';
import { boundsOfShape } from '../geometry/shapes';
import { clipped, maskOf, spansOf } from '../geometry/spans';
import { t } from '../language/language';
import { freshId } from '../model/ids';
import { drawable, shapesOf } from '../model/ontology';
import { differing } from '../model/fields';
import { type Edit, type Gesture, isJudgedAlike, type Operation, operationOf, saysTheSame } from '../model/operations';
import type { Annotation, Category, Ontology } from '../wire';
import { type Change, choicesOf, History, note, replay, type Step } from './history';
import { WorkMeter } from './meter';
import { ToolOptions } from './options';
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
  readonly options = new ToolOptions();
  /** The kind of relation that the next one gets. */
  relationKind: string | null = null;
  readonly meter: WorkMeter;
  readonly ontology: Ontology;
  readonly readOnly: boolean;
  /** What changed last, for the painter: an area, or null for everything. */
  readonly painted = new Signal();
  readonly stale: (Bounds | null)[] = [];
  /** Called with the operations of every step made here. */
  onOperations: (operations: Operation[]) => void = () => {};
  /** Called with a word for the hand, when not everything could be done as meant. */
  onWord: (word: string) => void = () => {};

  private categoryId: string | null;
  readonly categoryChanged = new Signal();
  private readonly clock: () => number;
  private readonly member: string;
  private readonly judges: boolean;

  constructor(opening: Opening) {
    this.store = new AnnotationStore(opening.annotations);
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

  /** Make a step: apply it, remember it, and hand its operations on. Edits that change nothing are none. */
  perform(title: string, edits: readonly Edit[]): void {
    if (this.readOnly || edits.length === 0) return;
    const meant = edits.map((edit) => this.onPicture(edit)).map((edit) => edit && this.signed(edit)).filter((edit) => edit !== null);
    const changes = this.make(meant);
    const settles = meant.some((edit) => edit.kind !== 'judge' && edit.settles);
    if (changes.length === 0 && !settles) return;
    const choices = choicesOf(meant);
    const step: Step = { id: this.newId(), title, changes, ...(choices && { settles: choices }) };
    this.history.record(step);
    this.send(meant, { step: step.id, title });
  }

  undo(): void {
    this.turn('undo');
  }

  redo(): void {
    this.turn('redo');
  }

  /** Show annotations as they stand after what another tab or device did; null: gone. */
  takeOver(states: ReadonlyMap<string, Annotation | null>): void {
    const edits: Edit[] = [];
    for (const [id, state] of states) {
      const shown = this.store.get(id);
      if (!state) {
        if (shown) edits.push({ kind: 'delete', id });
      } else if (!shown || !saysTheSame(shown, state) || !isJudgedAlike(shown, state)) {
        edits.push({ kind: 'put', annotation: state });
      }
    }
    if (edits.length > 0) this.make(edits);
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

  private turn(way: 'undo' | 'redo'): void {
    if (this.readOnly) return;
    const step = way === 'undo' ? this.history.undo() : this.history.redo();
    if (!step) {
      if (way === 'undo' && this.history.reach) this.reachBack();
      return;
    }
    const { edits, skipped } = replay(step, way, (id) => this.store.get(id), this.judges);
    this.make(edits);
    this.send(edits, { step: step.id, title: step.title, turn: way });
    const touched = edits.flatMap((edit) => (edit.kind === 'put' ? [edit.annotation.id] : []));
    if (touched.length > 0) this.selection.select(touched);
    if (skipped.length > 0) this.onWord(t('“{{title}}”: what was changed elsewhere since stays as it is.', { title: step.title }));
  }

  private reachBack(): void {
    this.history.reachBack().then(
      () => (this.history.nextUndo ? this.turn('undo') : this.onWord(t('There is nothing left to undo.'))),
      () => this.onWord(t('The server does not answer; earlier steps can be undone once it does.')),
    );
  }

  private make(edits: readonly Edit[]): Change[] {
    const changes = new Map<string, Change>();
    for (const edit of edits) {
      const id = edit.kind === 'put' ? edit.annotation.id : edit.id;
      const before = this.store.get(id) ?? null;
      const { inverse, area } = this.store.apply(edit);
      if (inverse) note(changes, { id, before, after: this.store.get(id) ?? null });
      if (area) this.stale.push(area);
    }
    this.selection.keep((id) => this.store.get(id) !== undefined);
    this.store.changed.emit();
    this.painted.emit();
    return [...changes.values()];
  }

  /** Beyond the border of the picture are no pixels: a mask ends there. One that lies wholly beyond is no edit. */
  private onPicture(edit: Edit): Edit | null {
    const shape = edit.kind === 'put' ? edit.annotation.shape : null;
    if (edit.kind !== 'put' || shape?.kind !== 'mask') return edit;
    const { imageWidth: width, imageHeight: height } = this.viewport;
    const { left, top, right, bottom } = boundsOfShape(shape);
    if (left >= 0 && top >= 0 && right <= width && bottom <= height) return edit;
    const mask = maskOf(clipped(spansOf(shape), width, height));
    if (!mask) this.onWord(t('That lies outside the picture.'));
    return mask && { ...edit, annotation: { ...edit.annotation, shape: mask } };
  }

  /** A put says who made it and which fields it changes; null where it changes none. */
  private signed(edit: Edit): Edit | null {
    if (edit.kind !== 'put') return edit;
    const before = this.store.get(edit.annotation.id);
    const at = new Date(this.clock()).toISOString();
    if (!before) {
      return { ...edit, annotation: { ...edit.annotation, evidence: { author: this.member, created_at: at, ...edit.annotation.evidence } } };
    }
    const fields = edit.fields ?? differing(before, edit.annotation);
    if (fields.length === 0 && !edit.settles) return null;
    const evidence = { ...edit.annotation.evidence, changed_by: this.member, changed_at: at, verdict: null };
    return { ...edit, fields, annotation: { ...edit.annotation, evidence } };
  }

  private send(edits: readonly Edit[], gesture: Gesture): void {
    if (edits.length === 0) return;
    const seconds = this.meter.lap();
    const { title, ...each } = gesture;
    // The first operation of a step carries the seconds and the title.
    this.onOperations(
      edits.map((edit, i) => operationOf(edit, this.clock(), i === 0 ? seconds : 0, i === 0 ? { title, ...each } : each)),
    );
  }
}
