/**
 * The label rules that the annotations at hand break, kept up while they change.
 *
 * What an edit touched is checked in slices while the hand rests; walking along the problems selects
 * and shows the annotations of each.
 */
import { grown } from '../geometry/bounds';
import { RuleBook } from '../model/rule-book';
import type { Annotation, BrokenRule } from '../wire';
import type { Editor } from './editor';
import { Signal } from './signal';

const SLICE = 6; // milliseconds of work at a time
const MOST = 1500; // milliseconds that a hand may be kept waiting
const AROUND = 0.08; // of the shorter side of the picture: what is around a place is part of the problem
const MARGIN = 100; // screen pixels around what is shown

/** Does something a little later, when there is time for it. */
export type Later = (work: () => void) => void;

const whenIdle: Later = (work) => {
  if (typeof requestIdleCallback === 'function') requestIdleCallback(work, { timeout: 250 });
  else setTimeout(work, 0);
};

interface Told {
  readonly problem: BrokenRule;
  /** Its annotations as they were when it was told. */
  readonly seen: readonly (Annotation | undefined)[];
}

export class Problems {
  readonly changed = new Signal();
  private readonly book: RuleBook;
  private told: readonly Told[] = [];
  private joined: { broken: readonly BrokenRule[]; told: readonly Told[]; all: readonly BrokenRule[] } | null = null;
  private isWaiting = false;
  private at: string | null = null;
  private marked: { of: readonly BrokenRule[]; byId: Map<string, BrokenRule[]> } | null = null;

  constructor(
    private readonly editor: Editor,
    private readonly later: Later = whenIdle,
  ) {
    const { imageWidth, imageHeight } = editor.viewport;
    this.book = new RuleBook(editor.ontology, imageWidth, imageHeight);
    editor.store.changed.subscribe(() => this.changeSeen());
    this.changeSeen();
  }

  /** Whether there is anything to walk along. */
  get hasRules(): boolean {
    return this.book.hasRules || this.told.length > 0;
  }

  get all(): readonly BrokenRule[] {
    const { broken } = this.book;
    if (this.told.length === 0) return broken;
    if (this.joined?.broken !== broken || this.joined.told !== this.told) {
      this.joined = { broken, told: this.told, all: [...broken, ...this.told.map(({ problem }) => problem)] };
    }
    return this.joined.all;
  }

  /** Take in what the server found, by rules newer than those here; each stays until its annotations change. */
  tell(problems: readonly BrokenRule[]): void {
    const known = new Set(this.book.broken.map(keyOf));
    this.told = problems.filter((problem) => !known.has(keyOf(problem))).map((problem) => ({ problem, seen: this.seenOf(problem) }));
    this.changed.emit();
  }

  /** Those that keep the work from being handed in. */
  get errors(): readonly BrokenRule[] {
    return this.all.filter(({ severity }) => severity === 'error');
  }

  /** What is broken about one annotation, in words. */
  of(id: string): readonly BrokenRule[] {
    const { all } = this;
    if (this.marked?.of !== all) {
      const byId = new Map<string, BrokenRule[]>();
      for (const problem of all) {
        for (const one of problem.annotations ?? []) byId.set(one, [...(byId.get(one) ?? []), problem]);
      }
      this.marked = { of: all, byId };
    }
    return this.marked.byId.get(id) ?? [];
  }

  /** The problem that was gone to last, if it is still there. */
  get current(): BrokenRule | null {
    return this.all.find((problem) => keyOf(problem) === this.at) ?? null;
  }

  /** Check everything that changed, now; what would take too long is left to the server. */
  finish(): void {
    const until = performance.now() + MOST;
    this.book.note(this.editor.store.all());
    if (!this.book.work(() => performance.now() < until)) this.wake();
    this.changed.emit();
  }

  /** Go to the next or previous problem. */
  step(by: 1 | -1): void {
    this.finish();
    const { all, current } = this;
    if (all.length === 0) return;
    const at = current ? all.indexOf(current) : -1;
    const next = at < 0 ? (by > 0 ? 0 : all.length - 1) : (at + by + all.length) % all.length;
    this.go(all[next]!);
  }

  /** Select the annotations of a problem and show the place. */
  go(problem: BrokenRule): void {
    const { editor } = this;
    this.at = keyOf(problem);
    editor.selection.select((problem.annotations ?? []).filter((id) => editor.store.get(id)));
    if (problem.place) {
      const [left, top, right, bottom] = problem.place;
      const { imageWidth, imageHeight } = editor.viewport;
      editor.viewport.show(grown({ left, top, right, bottom }, AROUND * Math.min(imageWidth, imageHeight)), MARGIN);
    }
    this.changed.emit();
  }

  private changeSeen(): void {
    if (this.told.length > 0) {
      this.told = this.told.filter(({ problem, seen }) => {
        const now = this.seenOf(problem);
        return now.length > 0 && now.every((annotation, i) => annotation === seen[i]);
      });
      this.changed.emit();
    }
    if (this.book.hasRules) this.wake();
  }

  private seenOf({ annotations = [] }: BrokenRule): (Annotation | undefined)[] {
    return annotations.map((id) => this.editor.store.get(id));
  }

  private wake(): void {
    if (this.isWaiting) return;
    this.isWaiting = true;
    this.later(() => this.slice());
  }

  private readonly slice = (): void => {
    this.isWaiting = false;
    const before = this.book.broken;
    const until = performance.now() + SLICE;
    this.book.note(this.editor.store.all());
    const isDone = this.book.work(() => performance.now() < until);
    if (this.book.broken !== before) this.changed.emit();
    if (!isDone) this.wake();
  };
}

const keyOf = ({ rule, annotations, sentence }: BrokenRule): string => [rule, ...(annotations ?? []).slice(0, 2), annotations?.length ? '' : sentence].join(' ');
