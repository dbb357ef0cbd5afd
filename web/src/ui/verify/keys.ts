/** The keys of the grid: one table, read by the keyboard, the foot of the page, and its help. */
import { phrase } from '../../language/language';

export type Deed = 'mark' | 'fix' | 'delete' | 'accept' | 'undo' | 'outlines' | 'help' | 'larger' | 'smaller' | 'restore';

export interface KeyEntry {
  deed: Deed;
  keys: readonly string[];
  /** As people read the key. */
  sign: string;
  word: string;
}

export const KEYS: readonly KeyEntry[] = [
  { deed: 'mark', keys: [' '], sign: 'Space', word: phrase('Mark as wrong, or take the mark back') },
  { deed: 'fix', keys: ['enter'], sign: 'Enter', word: phrase('Correct in place') },
  { deed: 'delete', keys: ['x', 'delete'], sign: 'X', word: phrase('Delete, or bring back') },
  { deed: 'restore', keys: ['r'], sign: 'R', word: phrase('Take the correction back') },
  { deed: 'accept', keys: ['a'], sign: 'A', word: phrase('Accept the page: what is marked is returned, all else accepted') },
  { deed: 'undo', keys: ['z'], sign: 'Z', word: phrase('Take the last page back') },
  { deed: 'outlines', keys: ['o'], sign: 'O', word: phrase('Show or hide outlines') },
  { deed: 'larger', keys: ['+', '='], sign: '+', word: phrase('Larger crops') },
  { deed: 'smaller', keys: ['-'], sign: '−', word: phrase('Smaller crops') },
  { deed: 'help', keys: ['?'], sign: '?', word: phrase('These keys') },
];

const BY_KEY = new Map(KEYS.flatMap(({ deed, keys }) => keys.map((key) => [key, deed] as const)));

export const ARROWS: Record<string, readonly [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** What a key does, if it does anything by itself. */
export const deedOf = (key: string): Deed | undefined => BY_KEY.get(key.toLowerCase());

/** The category that a key chooses: by number, or by the shortcut of its ontology where the grid has no use for it. */
export function categoryOf<C extends { shortcut?: string | null }>(key: string, categories: readonly C[]): C | undefined {
  if (/^[1-9]$/.test(key)) return categories[Number(key) - 1];
  if (key.length !== 1 || deedOf(key)) return undefined;
  return categories.find(({ shortcut }) => shortcut?.toLowerCase() === key.toLowerCase());
}
