/** The keys of the grid of suspects: one table for the keyboard and for the buttons beside the picture. */
import { phrase } from '../../../language/language';

export type SuspectDeed = 'wrong' | 'fine' | 'corrected' | 'send' | 'undo' | 'open';

export const SUSPECT_KEYS: readonly { deed: SuspectDeed; keys: readonly string[]; sign: string; word: string }[] = [
  { deed: 'wrong', keys: ['1'], sign: '1', word: phrase('It is wrong') },
  { deed: 'fine', keys: ['2'], sign: '2', word: phrase('It is fine') },
  { deed: 'corrected', keys: ['3'], sign: '3', word: phrase('It was wrong, and is corrected') },
  { deed: 'send', keys: ['s'], sign: 'S', word: phrase('Wrong: send the item back with a note') },
  { deed: 'undo', keys: ['z'], sign: 'Z', word: phrase('Take the last verdict back') },
  { deed: 'open', keys: ['o'], sign: 'O', word: phrase('Open the item') },
];

const BY_KEY = new Map(SUSPECT_KEYS.flatMap(({ deed, keys }) => keys.map((key) => [key, deed] as const)));

export const deedOfKey = (key: string): SuspectDeed | undefined => BY_KEY.get(key.toLowerCase());
