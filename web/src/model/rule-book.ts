/**
 * Keeps watch over the label rules while annotations change: after an edit only what it can have
 * broken or mended is checked again, in slices, so that ten thousand annotations never hold the hand up.
 */
import type { Annotation, BrokenRule, Ontology, Rule } from '../wire';
import { RuleScene } from './rule-scene';
import { broken, checkOf, isSubject, othersOf, subjectsOf } from './rules';

const WHOLE = ''; // stands for the item among the ids of subjects

interface Page {
  readonly rule: Rule;
  /** What is broken, by the annotation that was checked. */
  readonly found: Map<string, BrokenRule[]>;
  readonly waiting: Set<string>;
}

export class RuleBook {
  private readonly scene: RuleScene;
  private readonly pages: Page[];
  private seen: readonly Annotation[] | null = null;
  private listed: BrokenRule[] | null = null;

  constructor(ontology: Ontology, width: number, height: number) {
    this.scene = new RuleScene(ontology, width, height);
    this.pages = (ontology.rules ?? []).map((rule) => ({ rule, found: new Map(), waiting: new Set() }));
  }

  /** Whether there is anything to watch. */
  get hasRules(): boolean {
    return this.pages.length > 0;
  }

  /** Whether everything that changed was checked. */
  get isDone(): boolean {
    return this.pages.every(({ waiting }) => waiting.size === 0);
  }

  /** Note what changed since the last look. `annotations` are all of the item, in their order. */
  note(annotations: readonly Annotation[]): void {
    if (!this.hasRules) return;
    if (!this.seen) this.begin(annotations);
    else {
      const changes = changesBetween(this.seen, annotations);
      for (const [id, [, after]] of changes) this.scene.set(id, after);
      for (const page of this.pages) {
        for (const [id, [before, after]] of changes) this.touch(page, id, before, after);
      }
    }
    this.seen = annotations;
  }

  /** Check what waits until told to stop; gives whether all is done. */
  work(mayGoOn: () => boolean = () => true): boolean {
    for (const page of this.pages) {
      for (const id of page.waiting) {
        page.waiting.delete(id);
        this.check(page, id);
        this.listed = null;
        if (!mayGoOn()) return this.isDone;
      }
    }
    return true;
  }

  /** Every place where a rule is broken, by the order of the rules and of the annotations. */
  get broken(): readonly BrokenRule[] {
    return (this.listed ??= this.pages.flatMap(({ found }) =>
      [...found].sort(([a], [b]) => this.scene.order(a) - this.scene.order(b)).flatMap(([, places]) => places),
    ));
  }

  private begin(annotations: readonly Annotation[]): void {
    this.scene.load(annotations);
    for (const { rule, waiting } of this.pages) {
      const { each, whole } = checkOf(rule);
      if (whole) waiting.add(WHOLE);
      if (each) for (const { id } of subjectsOf(rule, this.scene)) waiting.add(id);
    }
  }

  private touch(page: Page, id: string, before: Annotation | null, after: Annotation | null): void {
    const { rule, found, waiting } = page;
    const { each, whole, seesShapes, reach, asksOthers } = checkOf(rule);
    const concerns = (entry: Annotation | null) =>
      entry !== null && (rule.categories.includes(entry.category) || othersOf(rule).includes(entry.category));
    if (!concerns(before) && !concerns(after)) return;
    if (whole && (seesShapes || !isOnlyShape(before, after))) waiting.add(WHOLE);
    if (!each) return;
    if (found.delete(id)) this.listed = null;
    if (after && isSubject(rule, after, this.scene)) waiting.add(id);
    else waiting.delete(id);
    if (!reach) return;
    // What it touched where it was, and where it is now, may be broken or mended by it.
    const subjects = asksOthers ? othersOf(rule) : rule.categories;
    for (const shape of new Set([before?.shape, after?.shape])) {
      if (!shape) continue;
      for (const near of this.scene.within(this.scene.figureOf(shape).bounds, subjects, reach(rule))) {
        if (isSubject(rule, near, this.scene)) waiting.add(near.id);
      }
    }
  }

  private check({ rule, found }: Page, id: string): void {
    const { each, whole } = checkOf(rule);
    const annotation = this.scene.get(id);
    const findings = id === WHOLE ? whole!(rule, this.scene) : annotation ? each!(rule, annotation, this.scene) : [];
    if (findings.length > 0) found.set(id, findings.map((finding) => broken(rule, finding)));
    else found.delete(id);
  }
}

/** Whether nothing but the shape differs, which counts do not ask for. */
function isOnlyShape(before: Annotation | null, after: Annotation | null): boolean {
  if (!before || !after) return false;
  return before.category === after.category && before.attributes === after.attributes && before.relations === after.relations && !before.shape === !after.shape;
}

type Changes = Map<string, [before: Annotation | null, after: Annotation | null]>;

/** What differs between two lists; annotations are values, so the same object is the same. */
export function changesBetween(before: readonly Annotation[], after: readonly Annotation[]): Changes {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start++;
  let [a, b] = [before.length, after.length];
  while (a > start && b > start && before[a - 1] === after[b - 1]) [a, b] = [a - 1, b - 1];
  const changes: Changes = new Map();
  for (const entry of before.slice(start, a)) changes.set(entry.id, [entry, null]);
  for (const entry of after.slice(start, b)) {
    const was = changes.get(entry.id)?.[0] ?? null;
    if (was === entry) changes.delete(entry.id);
    else changes.set(entry.id, [was, entry]);
  }
  return changes;
}
