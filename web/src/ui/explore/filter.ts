/** The filter as a value: what a click on a bar makes of it, and how an address carries it. */
import type { Between, ItemFilter } from './wire';

export type ListField = 'shapes' | 'authors' | 'reviewers' | 'states' | 'tags' | 'splits' | 'imports' | 'sources';
export type RangeField = 'annotations' | 'width' | 'height' | 'megapixels' | 'bytes' | 'aspect' | 'score';

export const LIST_FIELDS: ListField[] = ['states', 'tags', 'splits', 'shapes', 'authors', 'reviewers', 'imports', 'sources'];
export const RANGE_FIELDS: RangeField[] = ['annotations', 'megapixels', 'width', 'height', 'bytes', 'aspect', 'score'];

/** The filter in an address; one that cannot be read is none. */
export function readFilter(text: string | null): ItemFilter {
  if (!text) return {};
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? parsed : {};
  } catch {
    return {};
  }
}

/** As the address and the server have it: parts that say nothing are left out; an empty filter is ''. */
export function writeFilter(filter: ItemFilter): string {
  const given = Object.entries(filter).filter(([, value]) => !saysNothing(value));
  return given.length ? JSON.stringify(Object.fromEntries(given)) : '';
}

function saysNothing(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return true;
  if (Array.isArray(value)) return value.length === 0;
  return typeof value === 'object' && Object.values(value).every((end) => end === undefined || end === null || end === '');
}

export function toggleValue(filter: ItemFilter, field: ListField | 'without_tags', value: string): ItemFilter {
  const before = filter[field] ?? [];
  const after = before.includes(value) ? before.filter((one) => one !== value) : [...before, value];
  return { ...filter, [field]: after };
}

/** A category that is asked for is let go of; another is asked for as well. */
export function toggleCategory(filter: ItemFilter, category: string): ItemFilter {
  const before = filter.categories ?? [];
  const after = before.some((rule) => rule.category === category)
    ? before.filter((rule) => rule.category !== category)
    : [...before, { category }];
  return { ...filter, categories: after };
}

/** Has becomes has not, and back. */
export function invertCategory(filter: ItemFilter, category: string): ItemFilter {
  return {
    ...filter,
    categories: (filter.categories ?? []).map((rule) =>
      rule.category === category ? { category, ...(rule.has === false ? {} : { has: false }) } : rule,
    ),
  };
}

export function toggleAttribute(
  filter: ItemFilter,
  category: string,
  attribute: string,
  value: string | boolean,
): ItemFilter {
  const rules = filter.attributes ?? [];
  const known = rules.find((rule) => rule.category === category && rule.attribute === attribute);
  const values = known?.values ?? [];
  const after = values.includes(value) ? values.filter((one) => one !== value) : [...values, value];
  const others = rules.filter((rule) => rule !== known);
  return { ...filter, attributes: after.length ? [...others, { category, attribute, values: after }] : others };
}

/** The same range again lets go of it. */
export function toggleRange(filter: ItemFilter, field: RangeField, range: Between): ItemFilter {
  return { ...filter, [field]: isSame(filter[field], range) ? undefined : range };
}

export function isSame(one: Between | undefined, other: Between): boolean {
  return one !== undefined && one.min === other.min && one.max === other.max;
}

/** Whether a bin lies in a range. */
export function covers(range: Between | undefined, bin: { min: number; max: number }): boolean {
  if (!range) return false;
  return bin.min >= (range.min ?? -Infinity) && bin.max <= (range.max ?? Infinity);
}
