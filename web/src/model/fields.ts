/**
 * The fields of an annotation, for merging: what two hands may change side by side. The same names
 * as on the server: `category`, `shape`, `group`, `relations`, `flags`, `unsure`, and `attribute:ID`.
 */
import type { Annotation } from '../wire';
import type { Marking } from './operations';

const PLAIN = ['category', 'shape', 'group', 'relations', 'flags', 'unsure'] as const;
const ATTRIBUTE = 'attribute:';

type Said = Annotation | Marking;

/** What an annotation says in a field, with what is left out spelled out. */
export function fieldValue(said: Said, field: string): unknown {
  if (field.startsWith(ATTRIBUTE)) return said.attributes?.[field.slice(ATTRIBUTE.length)] ?? null;
  const value = (said as unknown as Record<string, unknown>)[field] ?? null;
  if (value !== null) return value;
  return field === 'relations' ? [] : field === 'flags' ? {} : null;
}

/** The fields in which two annotations differ. */
export function differing(one: Said, other: Said): string[] {
  const plain = PLAIN.filter((field) => !same(fieldValue(one, field), fieldValue(other, field)));
  const names = [...new Set([...Object.keys(one.attributes ?? {}), ...Object.keys(other.attributes ?? {})])].sort();
  const attributes = names.map((name) => ATTRIBUTE + name);
  return [...plain, ...attributes.filter((field) => !same(fieldValue(one, field), fieldValue(other, field)))];
}

/** `said`, but with everything outside of `fields` as it was before. */
export function withFields<S extends Said>(before: Said, said: S, fields: readonly string[]): S {
  const merged: Record<string, unknown> = { ...said };
  for (const field of PLAIN) if (!fields.includes(field)) merged[field] = (before as unknown as Record<string, unknown>)[field];
  const attributes = { ...before.attributes };
  for (const field of fields) {
    if (!field.startsWith(ATTRIBUTE)) continue;
    const name = field.slice(ATTRIBUTE.length);
    const value = said.attributes?.[name];
    if (value === undefined) delete attributes[name];
    else attributes[name] = value;
  }
  return { ...merged, attributes } as S;
}

/** Whether two values say the same; stops at the first difference, as outlines may be long. */
export function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((value, i) => same(value, b[i]));
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>];
  const keys = Object.keys(left);
  return keys.length === Object.keys(right).length && keys.every((key) => key in right && same(left[key], right[key]));
}
