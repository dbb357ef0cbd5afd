/** Editing an ontology: what is being changed, as pure steps, and what is wrong with it. */
import { t } from '../../language/language';
import { followed } from '../../model/rules';
import type { AttributeSpec, Category, Ontology, Option, RelationSpec, Rule } from '../../wire';
import { templateFaults } from './template';

export const PALETTE = [
  '#E69F00', '#56B4E9', '#009E73', '#F0E442', '#0072B2', '#D55E00', '#CC79A7',
  '#9467BD', '#8C564B', '#17BECF', '#BCBD22', '#E377C2',
];

/** The edited ontology. `merges` maps a removed category to the one that takes its annotations. */
export interface Edited {
  categories: Category[];
  merges: Record<string, string>;
  relations: RelationSpec[];
  rules: Rule[];
  /** Ids that may never come back. */
  spent: string[];
}

export type Step =
  | { kind: 'add'; name: string }
  | { kind: 'change'; id: string; fields: Partial<Omit<Category, 'id'>> }
  | { kind: 'move'; id: string; to: number }
  | { kind: 'remove'; id: string }
  | { kind: 'merge'; id: string; into: string }
  | { kind: 'add attribute'; id: string }
  | { kind: 'change attribute'; id: string; attribute: string; fields: Partial<Omit<AttributeSpec, 'id'>> }
  | { kind: 'remove attribute'; id: string; attribute: string }
  | { kind: 'relate'; relations: RelationSpec[] }
  | { kind: 'rule'; rules: Rule[] }
  | { kind: 'reset'; to: Edited };

export function begin(ontology: Ontology): Edited {
  return {
    categories: ontology.categories ?? [],
    merges: {},
    relations: ontology.relations ?? [],
    rules: ontology.rules ?? [],
    spent: Object.keys(ontology.retired ?? {}),
  };
}

/** An id made from a name, not yet taken: “Red cell” becomes `red-cell`. */
export function idFrom(name: string, taken: Iterable<string>): string {
  const used = new Set(taken);
  const base = name.toLowerCase().normalize('NFKD').replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-+|-+$/g, '') || 'category';
  let id = base;
  for (let copy = 2; used.has(id); copy += 1) id = `${base}-${copy}`;
  return id;
}

/** The first color of the palette that is used least. */
export function nextColor(categories: Category[]): string {
  const uses = (color: string) => categories.filter((entry) => entry.color?.toUpperCase() === color).length;
  return PALETTE.reduce((best, color) => (uses(color) < uses(best) ? color : best), PALETTE[0]!);
}

/** The first digit that no category has as its shortcut. */
export function nextShortcut(categories: Category[]): string | null {
  const used = new Set(categories.map(({ shortcut }) => shortcut));
  return [...'123456789'].find((key) => !used.has(key)) ?? null;
}

export function step(edited: Edited, taken: Step): Edited {
  switch (taken.kind) {
    case 'add':
      return add(edited, taken.name);
    case 'change':
      return change(edited, taken.id, (category) => ({ ...category, ...taken.fields }));
    case 'move':
      return move(edited, taken.id, taken.to);
    case 'remove':
      return remove(edited, taken.id, null);
    case 'merge':
      return remove(edited, taken.id, taken.into);
    case 'add attribute':
      return change(edited, taken.id, withNewAttribute);
    case 'change attribute':
      return changeAttributes(edited, taken.id, (attributes) =>
        attributes.map((spec) => (spec.id === taken.attribute ? fitted({ ...spec, ...taken.fields }) : spec)),
      );
    case 'remove attribute':
      return changeAttributes(edited, taken.id, (attributes) =>
        attributes.filter(({ id }) => id !== taken.attribute),
      );
    case 'relate':
      return { ...edited, relations: taken.relations };
    case 'rule':
      return { ...edited, rules: taken.rules };
    case 'reset':
      return taken.to;
  }
}

function add(edited: Edited, name: string): Edited {
  const { categories, merges, spent } = edited;
  const taken = [...categories.map(({ id }) => id), ...spent, ...Object.keys(merges)];
  const shapes = categories.at(-1)?.shapes;
  const category: Category = {
    id: idFrom(name, taken),
    name,
    color: nextColor(categories),
    shortcut: nextShortcut(categories),
    ...(shapes ? { shapes } : {}),
  };
  return { ...edited, categories: [...categories, category] };
}

function change(edited: Edited, id: string, by: (category: Category) => Category): Edited {
  return { ...edited, categories: edited.categories.map((entry) => (entry.id === id ? by(entry) : entry)) };
}

function move(edited: Edited, id: string, to: number): Edited {
  const from = edited.categories.findIndex((entry) => entry.id === id);
  if (from < 0) return edited;
  const categories = [...edited.categories];
  const [moved] = categories.splice(from, 1);
  categories.splice(Math.max(0, Math.min(to, categories.length)), 0, moved!);
  return { ...edited, categories };
}

function remove(edited: Edited, id: string, into: string | null): Edited {
  const categories = edited.categories.filter((entry) => entry.id !== id);
  const merges: Record<string, string> = {};
  for (const [source, target] of Object.entries(edited.merges)) {
    // What was to be merged into this one goes where this one goes, or is removed with it.
    const now = target === id ? into : target;
    if (now) merges[source] = now;
  }
  if (into) merges[id] = into;
  const rules = into ? followed(edited.rules, id, into) : edited.rules;
  return { ...edited, categories, merges, rules, spent: [...edited.spent, id] };
}

function changeAttributes(edited: Edited, id: string, by: (specs: AttributeSpec[]) => AttributeSpec[]): Edited {
  return change(edited, id, (category) => ({ ...category, attributes: by(category.attributes ?? []) }));
}

function withNewAttribute(category: Category): Category {
  const attributes = category.attributes ?? [];
  const id = idFrom('attribute', attributes.map((spec) => spec.id));
  const spec: AttributeSpec = { id, name: '', kind: 'choice', options: [] };
  return { ...category, attributes: [...attributes, spec] };
}

/** Fields that its kind does not know are let go. */
function fitted(spec: AttributeSpec): AttributeSpec {
  const { id, name, kind, required } = spec;
  const base: AttributeSpec = { id, name, kind, ...(required ? { required } : {}) };
  if (kind === 'choice' || kind === 'choices') base.options = spec.options ?? [];
  if (kind === 'number') {
    if (spec.minimum != null) base.minimum = spec.minimum;
    if (spec.maximum != null) base.maximum = spec.maximum;
  }
  if (spec.default != null && defaultFits(base, spec.default)) base.default = spec.default;
  return base;
}

function defaultFits(spec: AttributeSpec, value: unknown): boolean {
  const known = new Set((spec.options ?? []).map(({ id }) => id));
  switch (spec.kind) {
    case 'choice':
      return typeof value === 'string' && known.has(value);
    case 'choices':
      return Array.isArray(value) && value.length > 0 && value.every((entry) => known.has(entry as string));
    case 'text':
      return typeof value === 'string' && value !== '';
    case 'number':
      return typeof value === 'number';
    case 'flag':
      return typeof value === 'boolean';
  }
}

/** Options by their names; those that were there keep their ids. */
export function optionsNamed(names: string[], before: Option[]): Option[] {
  const kept = names.map((name) => before.find((option) => option.name === name));
  const taken = new Set(before.map(({ id }) => id));
  return names.map((name, index) => {
    const old = kept[index];
    if (old) return old;
    const id = idFrom(name, taken);
    taken.add(id);
    return { id, name };
  });
}

/** Categories from names given in lines or between commas; repeated names count once. */
export function categoriesNamed(text: string): Category[] {
  const names = text.split(/[\n,;]+/).map((name) => name.trim()).filter(Boolean);
  let edited: Edited = { categories: [], merges: {}, relations: [], rules: [], spent: [] };
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name.toLowerCase())) continue;
    seen.add(name.toLowerCase());
    edited = add(edited, name);
  }
  return edited.categories;
}

/** What is wrong, by category id, in words. */
export function faults(categories: Category[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  const say = (id: string, fault: string) => found.set(id, [...(found.get(id) ?? []), fault]);
  const names = tally(categories.map(({ name }) => name.trim()));
  const shortcuts = tally(categories.map(({ shortcut }) => shortcut ?? ''));
  for (const category of categories) {
    const name = category.name.trim();
    if (!name) say(category.id, t('It needs a name.'));
    else if ((names.get(name) ?? 0) > 1) say(category.id, t('“{{name}}” stands twice.', { name }));
    if (category.shortcut && (shortcuts.get(category.shortcut) ?? 0) > 1) {
      say(category.id, t('The key {{key}} is given twice.', { key: category.shortcut.toUpperCase() }));
    }
    if (!/^#[0-9a-f]{6}$/i.test(category.color ?? PALETTE[0]!)) say(category.id, t('Its color is not complete.'));
    if (category.shapes?.length === 0) say(category.id, t('It needs at least one shape.'));
    if (category.shapes?.includes('skeleton')) templateFaults(category.skeleton).forEach((fault) => say(category.id, fault));
    attributeFaults(category).forEach((fault) => say(category.id, fault));
  }
  return found;
}

/** What is wrong with the relations, in words. */
export function relationFaults(relations: RelationSpec[]): string[] {
  const names = relations.map(({ name }) => name.trim());
  if (names.some((name) => !name)) return [t('A relation needs a name.')];
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  return twice ? [t('The relation “{{name}}” stands twice.', { name: twice })] : [];
}

function attributeFaults(category: Category): string[] {
  const attributes = category.attributes ?? [];
  const names = tally(attributes.map(({ name }) => name.trim()));
  return attributes.flatMap((spec) => {
    const name = spec.name.trim();
    if (!name) return [t('An attribute needs a name.')];
    const own: string[] = [];
    if ((names.get(name) ?? 0) > 1) own.push(t('The attribute “{{name}}” stands twice.', { name }));
    if ((spec.kind === 'choice' || spec.kind === 'choices') && !spec.options?.length) {
      own.push(t('“{{name}}” needs options.', { name }));
    }
    return own;
  });
}

function tally(values: string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

export function isChanged(edited: Edited, before: Ontology): boolean {
  return (
    Object.keys(edited.merges).length > 0 ||
    JSON.stringify(edited.rules) !== JSON.stringify(before.rules ?? []) ||
    JSON.stringify(edited.relations) !== JSON.stringify(before.relations ?? []) ||
    JSON.stringify(edited.categories) !== JSON.stringify(before.categories ?? [])
  );
}
