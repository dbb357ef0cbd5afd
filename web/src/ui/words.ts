/** Words and numbers as people read them. */
import { counted, language, locales, spoken, t } from '../language/language';
import type { ItemState, Role } from '../wire';

export const STATES: ItemState[] = ['waiting', 'annotating', 'adjudicate', 'review', 'returned', 'done', 'skipped'];

export const STATE_WORDS: Record<ItemState, string> = spoken({
  waiting: 'Waiting',
  annotating: 'Annotating',
  adjudicate: 'In dispute',
  review: 'In review',
  returned: 'Returned',
  done: 'Done',
  skipped: 'Skipped',
});

export const ROLE_WORDS: Record<Role, string> = spoken({
  annotator: 'Annotator',
  reviewer: 'Reviewer',
  manager: 'Manager',
  owner: 'Owner',
});

export const ROLE_HELP: Record<Role, string> = spoken({
  annotator: 'Draws in the projects they are a member of',
  reviewer: 'Also reviews, and sees authors and history',
  manager: 'Also imports, changes the ontology, releases and invites',
  owner: 'Also changes roles and reads the audit log',
});

export { SHAPE_WORDS } from '../language/shape-words';

export const ATTRIBUTE_WORDS: Record<string, string> = spoken<string>({
  choice: 'Choice (one)',
  choices: 'Choices (several)',
  text: 'Text',
  number: 'Number',
  flag: 'Yes / no',
});

export const VERDICT_WORDS: Record<string, string> = spoken<string>({
  accepted: 'Accepted',
  returned: 'Returned',
  amended: 'Amended',
});

/** What may be wrong with an annotation that stands there; the codes are the server's. */
export const ERROR_WORDS: Record<string, string> = spoken<string>({
  extra: 'Should not be there',
  wrong_category: 'Wrong category',
  loose_shape: 'Loose shape',
  wrong_attribute: 'Wrong attribute',
});

const RANKS: Role[] = ['annotator', 'reviewer', 'manager', 'owner'];

/** Whether a role includes the rights of another. */
export function atLeast(role: Role | string | null | undefined, needed: Role): boolean {
  return RANKS.indexOf(role as Role) >= RANKS.indexOf(needed);
}

/** What Intl makes for the language in use, made once for each. */
function ofLanguage<Made>(make: (tags: { numbers: string; dates: string }) => Made): () => Made {
  const made = new Map<string, Made>();
  return () => {
    const known = made.get(language()) ?? make(locales());
    made.set(language(), known);
    return known;
  };
}

const numbers = ofLanguage((tags) => new Intl.NumberFormat(tags.numbers));

export function number(value: number): string {
  return numbers().format(value);
}

/** “1 item”, “2,000 items”: `count(items, 'item')`. */
export { counted as count };

export function percent(part: number, whole: number): string {
  if (!whole) return t('{{value}} %', { value: 0 });
  const value = (part / whole) * 100;
  if (value > 0 && value < 1) return t('< 1 %');
  return t('{{value}} %', { value: value > 99 && value < 100 ? 99 : Math.round(value) });
}

export function bytes(value: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let size = value;
  let unit = 0;
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? size : size.toFixed(size < 10 ? 1 : 0)} ${units[unit]}`;
}

/** A stretch of time in its two largest units. */
export function duration(seconds: number): string {
  if (seconds < 1) return seconds > 0 ? t('< 1 s') : t('{{seconds}} s', { seconds: 0 });
  const whole = Math.round(seconds);
  const days = Math.floor(whole / 86_400);
  const hours = Math.floor((whole % 86_400) / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  if (days) return t('{{days}} d {{hours}} h', { days, hours });
  if (hours) return t('{{hours}} h {{minutes}} min', { hours, minutes });
  if (minutes) return t('{{minutes}} min {{seconds}} s', { minutes, seconds: whole % 60 });
  return t('{{seconds}} s', { seconds: whole });
}

const dateTime = ofLanguage(({ dates }) => new Intl.DateTimeFormat(dates, { dateStyle: 'medium', timeStyle: 'short' }));
const dateOnly = ofLanguage(({ dates }) => new Intl.DateTimeFormat(dates, { dateStyle: 'medium' }));
const relative = ofLanguage(({ dates }) => new Intl.RelativeTimeFormat(dates, { numeric: 'auto' }));

export function moment(iso: string): string {
  return dateTime().format(new Date(iso));
}

export function day(iso: string): string {
  return dateOnly().format(new Date(iso));
}

/** “3 minutes ago”; `now` is Unix milliseconds. */
export function ago(iso: string, now = Date.now()): string {
  const seconds = (new Date(iso).getTime() - now) / 1000;
  const steps: [number, Intl.RelativeTimeFormatUnit][] = [
    [60, 'second'],
    [3600, 'minute'],
    [86_400, 'hour'],
    [2_592_000, 'day'],
    [31_536_000, 'month'],
  ];
  if (Math.abs(seconds) < 45) return t('just now');
  let size = 1;
  for (const [limit, unit] of steps) {
    if (Math.abs(seconds) < limit) return relative().format(Math.round(seconds / size), unit);
    size = limit;
  }
  return relative().format(Math.round(seconds / size), 'year');
}

/** A machine's word for people: `import_items` becomes “Import items”. */
export function plain(word: string): string {
  const text = word.replace(/[._-]+/g, ' ').trim();
  return text.charAt(0).toUpperCase() + text.slice(1);
}
