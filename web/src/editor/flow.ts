/**
 * What leads through the work: the list and the way along it, what is proposed, questions, and which
 * aids are open. Everything here is about finding and choosing; nothing changes what is drawn.
 */
import { union } from '../geometry/bounds';
import { boundsOfShape } from '../geometry/shapes';
import type { Annotation } from '../wire';
import { type Asking, type AskInput, begin, objectOf, turn, without, type World } from './asking';
import { reveal, setAttribute } from './changes';
import type { Editor } from './editor';
import { kindOf, Listing } from './listing';
import { Problems } from './problems';
import type { Proposals } from './proposals';
import { Signal } from './signal';

/** The aids that are shown or not, as a person likes them. */
export interface Aids {
  minimap: boolean;
  filmstrip: boolean;
  /** Whether Tab shows each annotation as large as it fits. */
  follow: boolean;
}

export type Tab = 'disputes' | 'annotations' | 'predictions' | 'issues' | 'guideline';

const CLOSE = 120; // screen pixels around what is followed
const ASKED = 160; // and around what is asked about, so that it is seen above the question

export class Flow {
  readonly listing: Listing;
  readonly problems: Problems;
  /** The aids, the tab, or a search that is open. */
  readonly changed = new Signal();
  readonly askingChanged = new Signal();
  aids: Aids = { minimap: true, filmstrip: false, follow: false };
  tab: Tab | null = null;
  /** The issue that was pointed at on the picture. */
  issue: string | null = null;
  /** Whether a category is being looked for. */
  choosing = false;
  private searchWanted = false;
  asking: Asking | null = null;

  constructor(
    private readonly editor: Editor,
    readonly proposals: Proposals,
  ) {
    this.listing = new Listing(editor);
    this.problems = new Problems(editor);
    editor.store.changed.subscribe(() => {
      if (this.asking) this.asking = without(this.asking, this.world());
    });
  }

  set(parts: Partial<Pick<Flow, 'tab' | 'issue' | 'choosing'>>): void {
    Object.assign(this, parts);
    this.changed.emit();
  }

  toggle(aid: keyof Aids): void {
    this.aids = { ...this.aids, [aid]: !this.aids[aid] };
    this.changed.emit();
  }

  /** Bring the list up to be searched. */
  search(): void {
    this.searchWanted = true;
    this.set({ tab: 'annotations' });
  }

  /** Whether a search was wanted since this was asked last. */
  takeSearch(): boolean {
    const wanted = this.searchWanted;
    this.searchWanted = false;
    return wanted;
  }

  /** Select the next or previous annotation of the list, and show it. */
  step(by: 1 | -1): void {
    const { editor } = this;
    const walked = this.listing.ordered().filter((annotation) => annotation.shape && editor.view.shows(annotation));
    if (walked.length === 0) return;
    const at = walked.findIndex((annotation) => editor.selection.has(annotation.id));
    const next = walked[(at < 0 ? (by > 0 ? 0 : walked.length - 1) : at + by + walked.length) % walked.length]!;
    editor.selection.select([next.id]);
    this.show(next);
  }

  /** Bring an annotation into view, or close where that is wanted. */
  show(annotation: Annotation): void {
    if (!this.aids.follow || !annotation.shape) reveal(this.editor, annotation);
    else this.editor.viewport.show(boundsOfShape(annotation.shape), CLOSE);
  }

  /** Show only the selection, or everything again. */
  isolate(): void {
    const { view, selection, store } = this.editor;
    const others = store.all().flatMap(({ id, shape }) => (shape && !selection.has(id) ? [id] : []));
    if (view.aside) view.putAside(null);
    else if (others.length > 0) view.putAside(others);
  }

  /** Select whatever is like what is selected: of its categories, or of its kinds. */
  selectLike(what: 'category' | 'kind'): void {
    const { editor } = this;
    const trait = (annotation: Annotation) => (what === 'category' ? annotation.category : kindOf(annotation));
    const wanted = new Set(editor.selected().map(trait));
    this.selectThose((annotation) => wanted.has(trait(annotation)));
  }

  /** Select what lies within the view. */
  selectInView(): void {
    const seen = this.editor.viewport.seen();
    this.selectThose(({ shape }) => {
      const { left, top, right, bottom } = boundsOfShape(shape!);
      return left >= seen.left && top >= seen.top && right <= seen.right && bottom <= seen.bottom;
    });
  }

  /** Select what the list shows. */
  selectListed(): void {
    const listed = new Set(this.listing.ordered().map(({ id }) => id));
    this.selectThose(({ id }) => listed.has(id));
  }

  /** Show proposals as they are walked along. */
  walkProposals(by: 1 | -1): void {
    const next = this.proposals.walk(by);
    if (next) this.show(next.annotation);
  }

  /** Ask one attribute after another, or stop it. */
  toggleAsking(): void {
    this.asking = this.asking ? null : begin(this.world(), this.editor.selection.only ?? undefined);
    this.showAsked();
  }

  /** Feed the questions; what they lead to is done at once. */
  ask(input: AskInput): void {
    if (!this.asking) return;
    const before = objectOf(this.asking);
    const { state, change } = turn(this.asking, input, this.world());
    this.asking = state;
    if (change) setAttribute(this.editor, [change.id], change.spec, change.value);
    if (objectOf(state) !== before) this.showAsked();
    else this.askingChanged.emit();
  }

  world(): World {
    const { view, ontology } = this.editor;
    const annotations = this.listing.ordered().filter((annotation) => view.shows(annotation));
    return { annotations, categories: ontology.categories ?? [] };
  }

  private showAsked(): void {
    const { editor } = this;
    const annotation = this.asking && editor.store.get(objectOf(this.asking) ?? '');
    if (this.asking) editor.selection.select(annotation ? [annotation.id] : []);
    if (annotation?.shape) editor.viewport.show(boundsOfShape(annotation.shape), ASKED);
    this.askingChanged.emit();
  }

  private selectThose(accept: (annotation: Annotation) => boolean): void {
    const { editor } = this;
    const found = editor.store.all().filter((one) => one.shape && editor.mayTouch(one) && accept(one));
    editor.selection.select(found.map(({ id }) => id));
  }
}

/** The area that annotations take together, or null where none has a place. */
export function areaOfAll(annotations: readonly Annotation[]) {
  const areas = annotations.flatMap(({ shape }) => (shape ? [boundsOfShape(shape)] : []));
  return areas.length > 0 ? areas.reduce(union) : null;
}
