/**
 * What becomes of the words of a file: the choices of the mapping table, free of framework.
 *
 * Every category and attribute that a preview found has a choice. It is the one that was made, else the one
 * remembered from the last import of this format, else the namesake or the suggestion, else a new one.
 */
import type { components } from '../../model/api';
import type { Category } from '../../wire';

type Schemas = components['schemas'];
type Loose<T> = T extends { do: string } ? Pick<T, 'do'> & Partial<Omit<T, 'do'>> : never;

export type MapTo = Schemas['MapTo'];
export type CategoryChoice = MapTo | Schemas['Ignore'] | Loose<Schemas['NewCategory']>;
export type AttributeChoice = MapTo | Schemas['Ignore'] | Loose<Schemas['NewAttribute']>;

export interface Mapping {
  categories: Record<string, CategoryChoice>;
  attributes: Record<string, AttributeChoice>;
}

export interface FileCategory {
  name: string;
  annotations: number;
  shapes: string[];
  goes_to: string | null;
  ignored: boolean;
  suggestion: string | null;
  similar: boolean;
}

export interface FileAttribute {
  name: string;
  annotations: number;
  kind: string;
  distinct: number;
  more_values: boolean;
  values: string[];
  categories: string[];
  suggestion: string | null;
}

export interface Found {
  file_categories: FileCategory[];
  file_attributes: FileAttribute[];
  mapping?: Partial<Mapping>;
  remembered?: { mapping: Partial<Mapping>; created_at: string } | null;
}

/** The mapping to begin with. */
export function firstMapping(found: Found): Mapping {
  const made = found.mapping ?? {};
  const last = found.remembered?.mapping ?? {};
  const categories: Mapping['categories'] = {};
  for (const { name, goes_to, suggestion } of found.file_categories) {
    const to = goes_to ?? suggestion;
    categories[name] =
      own(made.categories, name) ?? own(last.categories, name) ?? (to ? { do: 'map', to } : { do: 'create' });
  }
  const attributes: Mapping['attributes'] = {};
  for (const { name, kind, suggestion } of found.file_attributes) {
    attributes[name] =
      own(made.attributes, name) ??
      own(last.attributes, name) ??
      (suggestion ? { do: 'map', to: suggestion } : { do: 'create', kind });
  }
  return { categories, attributes };
}

function own<T>(table: Record<string, T> | undefined, name: string): T | undefined {
  return table && Object.hasOwn(table, name) ? table[name] : undefined;
}

/** Whether a preview without a mapping shows what this mapping would do. */
export function isPlain(found: Found, mapping: Mapping): boolean {
  const same = found.file_categories.every(({ name, goes_to }) => {
    const choice = mapping.categories[name];
    return choice?.do === 'map' && choice.to === goes_to;
  });
  return same && found.file_attributes.length === 0;
}

/** How many words meet in one category, by its id or its new name. */
export function meetings(mapping: Mapping, categories: readonly Category[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [name, choice] of Object.entries(mapping.categories)) {
    const key = destination(name, choice, categories);
    if (key) counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

/** Where a word goes: the id of a category, or the name of a new one; null for what is left out. */
export function destination(
  name: string,
  choice: CategoryChoice | undefined,
  categories: readonly Category[],
): string | null {
  if (!choice || choice.do === 'ignore') return null;
  const word = choice.do === 'map' ? choice.to : (choice.name ?? name).trim();
  const known = categories.find(({ id }) => id === word && choice.do === 'map') ?? named(word, categories);
  return known ? known.id : word;
}

function named(word: string, categories: readonly Category[]): Category | undefined {
  const bare = word.toLocaleLowerCase();
  return categories.find(({ name }) => name === word) ?? categories.find(({ name }) => name.toLocaleLowerCase() === bare);
}

/** A mapping from a file that somebody chose, laid over the present one. Throws if it is none. */
export function laidOver(mapping: Mapping, text: string): Mapping {
  const read: unknown = JSON.parse(text);
  if (typeof read !== 'object' || read === null || !('categories' in read || 'attributes' in read)) {
    throw new Error('no mapping');
  }
  const given = read as Partial<Mapping>;
  return {
    categories: { ...mapping.categories, ...only(given.categories, mapping.categories) },
    attributes: { ...mapping.attributes, ...only(given.attributes, mapping.attributes) },
  };
}

function only<T>(given: Record<string, T> | undefined, known: Record<string, unknown>): Record<string, T> {
  return Object.fromEntries(Object.entries(given ?? {}).filter(([name]) => Object.hasOwn(known, name)));
}

/** A choice as one word for a list to choose from, and back. */
export function asValue(choice: CategoryChoice | AttributeChoice | undefined): string {
  if (!choice || choice.do === 'ignore') return 'ignore';
  if (choice.do === 'map') return `to:${choice.to}`;
  return 'kind' in choice && choice.kind ? `create:${choice.kind}` : 'create';
}

export function categoryChoice(value: string): CategoryChoice {
  if (value.startsWith('to:')) return { do: 'map', to: value.slice(3) };
  return value === 'create' ? { do: 'create' } : { do: 'ignore' };
}

export function attributeChoice(value: string): AttributeChoice {
  if (value.startsWith('to:')) return { do: 'map', to: value.slice(3) };
  return value.startsWith('create:') ? { do: 'create', kind: value.slice(7) } : { do: 'ignore' };
}
