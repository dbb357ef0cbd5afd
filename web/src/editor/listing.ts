/**
 * The list of annotations: which are in it, in which order, and under which heads.
 *
 * The list on the screen shows it, and Tab walks along it. What is worked out of an annotation is kept
 * with it: annotations are values, so a changed one is another one.
 */
import { areaOf } from '../geometry/shapes';
import { faults } from '../model/ontology';
import type { Annotation, Category } from '../wire';
import type { Editor } from './editor';
import { Signal } from './signal';

export const SORTS = ['drawn', 'category', 'size', 'score', 'verdict', 'problem'] as const;
export type Sort = (typeof SORTS)[number];
export type Origin = 'hand' | 'model';

/** What is looked for. Empty sets and nulls let everything through. */
export interface Query {
  readonly words: string;
  readonly sort: Sort;
  readonly reversed: boolean;
  readonly kinds: ReadonlySet<string>;
  readonly categories: ReadonlySet<string>;
  /** Verdicts, and `none` for what was not judged. */
  readonly verdicts: ReadonlySet<string>;
  readonly problems: boolean;
  readonly origin: Origin | null;
}

export const EVERYTHING: Query = {
  words: '',
  sort: 'drawn',
  reversed: false,
  kinds: new Set(),
  categories: new Set(),
  verdicts: new Set(),
  problems: false,
  origin: null,
};

/** A row: an annotation with its number in the order of drawing, or the head of a group. */
export type Entry =
  | { kind: 'annotation'; annotation: Annotation; number: number; grouped: boolean }
  | { kind: 'group'; id: string; number: number; members: readonly Annotation[]; open: boolean };

const VERDICT_RANK: Record<string, number> = { returned: 0, amended: 1, none: 2, accepted: 3 };

const ID_PART = 6; // letters of an id that are looked for; fewer are in too many

export const kindOf = (annotation: Annotation): string => annotation.shape?.kind ?? 'tag';
export const verdictOf = (annotation: Annotation): string => annotation.evidence?.verdict ?? 'none';

/** Whether a query keeps anything out. */
export function narrows(query: Query): boolean {
  const { words, kinds, categories, verdicts, problems, origin } = query;
  return words.trim() !== '' || kinds.size > 0 || categories.size > 0 || verdicts.size > 0 || problems || origin !== null;
}

export class Listing {
  readonly changed = new Signal();
  query: Query = EVERYTHING;
  private readonly closed = new Set<string>();
  private readonly said = new WeakMap<Annotation, string>();
  private readonly wrong = new WeakMap<Annotation, readonly string[]>();
  private readonly order: Map<string, number>;
  private kept: { key: string; ordered: readonly Annotation[]; entries: readonly Entry[] } | null = null;
  private counted: { version: number; numbers: ReadonlyMap<string, number> } | null = null;

  constructor(private readonly editor: Editor) {
    this.order = new Map((editor.ontology.categories ?? []).map(({ id }, index) => [id, index]));
  }

  ask(parts: Partial<Query>): void {
    this.query = { ...this.query, ...parts };
    this.changed.emit();
  }

  /** Let everything through again, in the order that was chosen. */
  clear(): void {
    const { sort, reversed } = this.query;
    this.ask({ ...EVERYTHING, sort, reversed });
  }

  toggleGroup(id: string): void {
    if (!this.closed.delete(id)) this.closed.add(id);
    this.changed.emit();
  }

  /** The annotations in the list, in its order; those of closed groups too. */
  ordered(): readonly Annotation[] {
    return this.made().ordered;
  }

  /** The rows. */
  entries(): readonly Entry[] {
    return this.made().entries;
  }

  /** The number of an annotation: its place in the order of drawing, from 1. */
  numberOf(id: string): number {
    return this.numbers().get(id) ?? 0;
  }

  /** What is missing or wrong with an annotation, in words. */
  problemsOf(annotation: Annotation): readonly string[] {
    let found = this.wrong.get(annotation);
    if (!found) this.wrong.set(annotation, (found = faults(annotation, this.editor.categoryOf(annotation.category))));
    return found;
  }

  private made() {
    const key = `${this.editor.store.changed.version} ${this.changed.version}`;
    if (this.kept?.key !== key) {
      const chosen = this.chosen();
      this.sort(chosen);
      const entries = this.headed(chosen);
      const ordered = gathered(chosen);
      this.kept = { key, ordered, entries };
    }
    return this.kept;
  }

  private numbers(): ReadonlyMap<string, number> {
    const { version } = this.editor.store.changed;
    if (this.counted?.version !== version) {
      this.counted = { version, numbers: new Map(this.editor.store.all().map(({ id }, index) => [id, index + 1])) };
    }
    return this.counted.numbers;
  }

  private chosen(): Annotation[] {
    const { query } = this;
    if (!narrows(query)) return [...this.editor.store.all()];
    const words = query.words.toLowerCase().split(/\s+/).filter(Boolean);
    return this.editor.store.all().filter((annotation) => this.passes(annotation, words));
  }

  private passes(annotation: Annotation, words: readonly string[]): boolean {
    const { kinds, categories, verdicts, problems, origin } = this.query;
    if (kinds.size > 0 && !kinds.has(kindOf(annotation))) return false;
    if (categories.size > 0 && !categories.has(annotation.category)) return false;
    if (verdicts.size > 0 && !verdicts.has(verdictOf(annotation))) return false;
    if (origin !== null && (annotation.evidence?.model ? 'model' : 'hand') !== origin) return false;
    if (problems && this.problemsOf(annotation).length === 0) return false;
    return words.every((word) => this.holds(annotation, word));
  }

  private holds(annotation: Annotation, word: string): boolean {
    if (/^#?\d+$/.test(word) && String(this.numberOf(annotation.id)) === word.replace('#', '')) return true;
    if (word.length >= ID_PART && annotation.id.includes(word)) return true;
    return !word.startsWith('#') && this.textOf(annotation).includes(word);
  }

  /** All that can be found by words, in small letters. */
  private textOf(annotation: Annotation): string {
    let text = this.said.get(annotation);
    if (text === undefined) {
      const category = this.editor.categoryOf(annotation.category);
      const values = saidOf(annotation, category).flatMap(({ name, value }) => [name, value]);
      const parts = [category?.name ?? annotation.category, kindOf(annotation), ...values, annotation.evidence?.model ?? ''];
      this.said.set(annotation, (text = parts.join('\n').toLowerCase()));
    }
    return text;
  }

  private sort(chosen: Annotation[]): void {
    const { sort, reversed } = this.query;
    // What is equal keeps the order of drawing, both ways.
    if (sort === 'drawn') {
      if (reversed) chosen.reverse();
      return;
    }
    const ranked = chosen.map((annotation) => ({ annotation, rank: this.rank(annotation, sort) }));
    ranked.sort((a, b) => (reversed ? b.rank - a.rank : a.rank - b.rank));
    ranked.forEach(({ annotation }, index) => (chosen[index] = annotation));
  }

  /** What comes first is what is looked for: large, doubtful, returned, wrong. */
  private rank(annotation: Annotation, sort: Exclude<Sort, 'drawn'>): number {
    switch (sort) {
      case 'category':
        return this.order.get(annotation.category) ?? this.order.size;
      case 'size':
        return annotation.shape ? -areaOf(annotation.shape) : 0;
      case 'score':
        return annotation.evidence?.score ?? 2;
      case 'verdict':
        return VERDICT_RANK[verdictOf(annotation)] ?? 2;
      case 'problem':
        return this.problemsOf(annotation).length > 0 ? 0 : 1;
    }
  }

  private headed(chosen: readonly Annotation[]): Entry[] {
    const groups = byGroup(chosen);
    const begun = new Set<string>();
    const entries: Entry[] = [];
    const row = (annotation: Annotation, grouped: boolean): Entry => ({
      kind: 'annotation',
      annotation,
      number: this.numberOf(annotation.id),
      grouped,
    });
    for (const annotation of chosen) {
      const { group } = annotation;
      const members = (group && groups.get(group)) || [];
      if (!group || members.length < 2) entries.push(row(annotation, false));
      else if (!begun.has(group)) {
        begun.add(group);
        const open = !this.closed.has(group);
        entries.push({ kind: 'group', id: group, number: begun.size, members, open });
        if (open) entries.push(...members.map((member) => row(member, true)));
      }
    }
    return entries;
  }
}

function byGroup(chosen: readonly Annotation[]): Map<string, Annotation[]> {
  const groups = new Map<string, Annotation[]>();
  for (const annotation of chosen) {
    if (!annotation.group) continue;
    const members = groups.get(annotation.group);
    if (members) members.push(annotation);
    else groups.set(annotation.group, [annotation]);
  }
  return groups;
}

/** Members of one group stand together, where the first of them stands. */
function gathered(chosen: readonly Annotation[]): readonly Annotation[] {
  const groups = byGroup(chosen);
  if (groups.size === 0) return chosen;
  return chosen.flatMap((annotation) => {
    const members = annotation.group ? groups.get(annotation.group)! : [annotation];
    return members[0] === annotation ? members : [];
  });
}

/** What an annotation's attributes say in a few words: a yes by its name, a no not at all. */
export function inShort(annotation: Annotation, category: Category | undefined): string {
  const flags = new Set((category?.attributes ?? []).filter(({ kind }) => kind === 'flag').map(({ name }) => name));
  return saidOf(annotation, category)
    .map(({ name, value }) => (flags.has(name) ? (value === 'yes' ? name : '') : value))
    .filter(Boolean)
    .join(', ');
}

/** What an annotation's attributes say, in the words of the ontology. */
export function saidOf(annotation: Annotation, category: Category | undefined): { name: string; value: string }[] {
  return Object.entries(annotation.attributes ?? {}).map(([id, value]) => {
    const spec = category?.attributes?.find((entry) => entry.id === id);
    const nameOf = (option: string) => spec?.options?.find((entry) => entry.id === option)?.name ?? option;
    const words = typeof value === 'boolean' ? (value ? 'yes' : 'no') : Array.isArray(value) ? value.map(nameOf).join(', ') : null;
    return { name: spec?.name ?? id, value: words ?? (typeof value === 'string' ? nameOf(value) : String(value)) };
  });
}

/** The ids from one row to another, both with them, in either direction. */
export function between(ordered: readonly Annotation[], from: string | null, to: string): string[] {
  const ends = [from ?? to, to].map((id) => ordered.findIndex((annotation) => annotation.id === id));
  const [first, last] = [Math.min(...ends), Math.max(...ends)];
  return first < 0 ? [to] : ordered.slice(first, last + 1).map(({ id }) => id);
}
