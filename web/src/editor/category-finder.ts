/** Finds categories by words, those used last first. */
import type { Category } from '../wire';

/**
 * The categories that hold every word in their name, description or id, best first: those whose name
 * begins with the words, then those with a part of the name that does, then the rest; among equals
 * those used last come first, then the ontology's order. With no words, all.
 */
export function findCategories(categories: readonly Category[], words: string, recent: readonly string[]): Category[] {
  const asked = words.toLowerCase().trim();
  const parts = asked.split(/\s+/).filter(Boolean);
  const ranked = categories.flatMap((category, index) => {
    const rank = rankOf(category, asked, parts);
    const used = recent.indexOf(category.id);
    return rank === null ? [] : [{ category, rank, used: used < 0 ? recent.length : used, index }];
  });
  ranked.sort((a, b) => a.rank - b.rank || a.used - b.used || a.index - b.index);
  return ranked.map(({ category }) => category);
}

function rankOf({ name, description = '', id }: Category, asked: string, parts: readonly string[]): number | null {
  if (asked === '') return 0;
  const small = name.toLowerCase();
  if (small.startsWith(asked)) return 0;
  if (parts.every((part) => small.split(/[\s\-_/.,()]+/).some((word) => word.startsWith(part)))) return 1;
  if (parts.every((part) => small.includes(part))) return 2;
  const all = `${small} ${id} ${description.toLowerCase()}`;
  return parts.every((part) => all.includes(part)) ? 3 : null;
}

/** A category to the front of those used last. */
export function used(recent: readonly string[], id: string, most = 8): string[] {
  return [id, ...recent.filter((entry) => entry !== id)].slice(0, most);
}
