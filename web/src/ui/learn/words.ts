/** Words for tests, courses and what became of attempts. */
import { spoken } from '../../language/language';

export const KIND_WORDS: Record<string, string> = spoken<string>({ test: 'Test', course: 'Course' });

export const STATE_WORDS: Record<string, string> = spoken<string>({
  open: 'Under way',
  passed: 'Passed',
  failed: 'Not passed',
  given_up: 'Given up',
  forgiven: 'Does not count',
});

export const STATE_COLORS: Record<string, string> = { open: 'blue', passed: 'pine', failed: 'orange', given_up: 'gray', forgiven: 'gray' };

export const SOURCE_WORDS: Record<string, string> = spoken<string>({
  reference: 'References',
  adjudicated: 'Adjudicated work',
  reviewed: 'Reviewed work',
  expert: 'Work of experts',
});

/** A share as people read it. */
export const percentOf = (share: number): string => `${Math.round(share * 100)} %`;
