/** The ontology as the studio reads it: categories by id and by key, attribute defaults and faults. */
import { t } from '../language/language';
import { shapeWord } from '../language/shape-words';
import type { Annotation, AttributeSpec, AttributeValue, Category, Ontology } from '../wire';

export const FALLBACK_COLOR = '#E69F00';
const DEFAULT_SHAPES = ['box', 'polygon'];

export const shapesOf = (category: Category): string[] => category.shapes ?? DEFAULT_SHAPES;
export const colorOf = (category: Category | undefined): string => category?.color ?? FALLBACK_COLOR;

/** Categories that can be drawn, in order. */
export const drawable = (ontology: Ontology): Category[] =>
  (ontology.categories ?? []).filter((category) => shapesOf(category).some((kind) => kind !== 'tag'));

/** Categories that can stand for the whole item, in order. */
export const tags = (ontology: Ontology): Category[] =>
  (ontology.categories ?? []).filter((category) => shapesOf(category).includes('tag'));

/** The attribute values a new annotation starts with. */
export function defaults(category: Category): Record<string, AttributeValue> {
  const values: Record<string, AttributeValue> = {};
  for (const spec of category.attributes ?? []) if (spec.default != null) values[spec.id] = spec.default;
  return values;
}

/** What is missing or wrong with an annotation, in words. */
export function faults(annotation: Annotation, category: Category | undefined): string[] {
  if (!category) return [t('its category is not in the ontology')];
  const kind = annotation.shape?.kind ?? 'tag';
  const found = shapesOf(category).includes(kind) ? [] : [t('“{{name}}” is not marked as {{kind}}', { name: category.name, kind: shapeWord(kind) })];
  for (const spec of category.attributes ?? []) {
    const value = annotation.attributes?.[spec.id];
    if (value === undefined) {
      if (spec.required) found.push(t('“{{name}}” is required', { name: spec.name }));
    } else if (!fits(spec, value)) found.push(t('“{{name}}” does not fit', { name: spec.name }));
  }
  return found;
}

/** Whether a value is one that an attribute may have. */
export function fits(spec: AttributeSpec, value: AttributeValue): boolean {
  const known = new Set((spec.options ?? []).map((option) => option.id));
  switch (spec.kind) {
    case 'choice':
      return typeof value === 'string' && known.has(value);
    case 'choices':
      return Array.isArray(value) && value.every((entry) => known.has(entry));
    case 'text':
      return typeof value === 'string';
    case 'flag':
      return typeof value === 'boolean';
    case 'number':
      return (
        typeof value === 'number' &&
        Number.isFinite(value) &&
        value >= (spec.minimum ?? -Infinity) &&
        value <= (spec.maximum ?? Infinity)
      );
  }
}
