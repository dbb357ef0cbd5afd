/** Notes in the corner: what went well, and what did not with what to do about it. */
import { notifications } from '@mantine/notifications';

import { ProblemError } from '../api';
import { t } from '../language/language';
import { problemWords, type Told } from '../language/problems';

export function tell(title: string, message?: string): void {
  notifications.show({ title, message: message ?? '', color: 'pine', autoClose: 4000 });
}

/** An error in words, with its remedy. */
export function wordsOf(error: unknown): Told {
  if (error instanceof ProblemError) return problemWords(error.code, error.message, error.remedy);
  if (error instanceof Error) return { title: error.message, remedy: '' };
  return { title: t('Something went wrong.'), remedy: '' };
}

/** Something that cannot be done as things are, and why. */
export function tellRefused(title: string, message: string): void {
  notifications.show({ title, message, color: 'red', autoClose: 9000 });
}

export function tellProblem(error: unknown): void {
  const { title, remedy } = wordsOf(error);
  notifications.show({ title, message: remedy, color: 'red', autoClose: 9000 });
}
