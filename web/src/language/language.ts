/**
 * The words on the screen in the reader's language, free of framework and DOM parts.
 *
 * The English sentence is the key, so the source reads as before: `t('Nothing is marked yet')`. English needs
 * no catalogue but the singular forms of counted sentences; each other language is one file in locales/,
 * fetched when it is first chosen. A sentence that a catalogue lacks is shown in English.
 */
import i18next from 'i18next';

import english from '../locales/en.json';

/** The languages in their own names, as BCP 47 tags. A new one is one line here and one file in locales/. */
export const LANGUAGES = { en: 'English', 'zh-Hant': '正體中文' } as const;
export type Language = keyof typeof LANGUAGES;

/** What a browser may ask for, and which of ours serves it; a tag not listed is served in English. */
const SERVED_BY: Record<string, Language> = {
  en: 'en',
  'zh-hant': 'zh-Hant',
  'zh-tw': 'zh-Hant',
  'zh-hk': 'zh-Hant',
  'zh-mo': 'zh-Hant',
};

/** For numbers and dates; English dates put the day first, and nobody can read them the wrong way round. */
const LOCALES: Record<Language, { numbers: string; dates: string }> = {
  en: { numbers: 'en-US', dates: 'en-GB' },
  'zh-Hant': { numbers: 'zh-Hant-TW', dates: 'zh-Hant-TW' },
};

type Catalogue = Record<string, string>;
export type Values = Record<string, string | number>;

const catalogues = import.meta.glob<{ default: Catalogue }>(['../locales/*.json', '!../locales/en.json']);
const listeners = new Set<() => void>();

let current: Language = 'en';
let wanted: Language = 'en';

export const i18n = i18next.createInstance();
void i18n.init({
  lng: 'en',
  fallbackLng: 'en',
  supportedLngs: Object.keys(LANGUAGES),
  load: 'currentOnly',
  resources: { en: { translation: english } },
  // Keys are sentences: a period or a colon in one separates nothing.
  keySeparator: false,
  nsSeparator: false,
  // Nothing here becomes HTML; React escapes what it shows.
  interpolation: { escapeValue: false },
  initAsync: false,
});

export const language = (): Language => current;
export const locales = (): { numbers: string; dates: string } => LOCALES[current];

/** A sentence in the reader's language. Numbers are written as that language writes them; `count` picks the plural. */
export function t(sentence: string, values?: Values): string {
  if (!values) return i18n.t(sentence, { lng: current });
  return i18n.t(sentence, { ...values, lng: current, replace: written(values) });
}

/** “1 item”, “2,000 items”: a number with its noun. */
export function counted(value: number, one: string, many = `${one}s`): string {
  const replace = written({ count: value });
  return i18n.t(`{{count}} ${many}`, { count: value, lng: current, replace, defaultValue_one: `{{count}} ${one}` });
}

/** Whether the catalogue in use has this sentence. English has next to no catalogue: its sentences stand as they are. */
export function knows(sentence: string): boolean {
  return i18n.exists(sentence, { lng: current, fallbackLng: false });
}

/** Marks a sentence for the catalogues where it is only stored; it is translated where it is shown. */
export const phrase = <Sentence extends string>(sentence: Sentence): Sentence => sentence;

/** A table of words that answers in the language of the moment, however early the table was made. */
export function spoken<Key extends string>(words: Record<Key, string>): Readonly<Record<Key, string>> {
  const table = {} as Record<Key, string>;
  for (const key of Object.keys(words) as Key[]) {
    Object.defineProperty(table, key, { enumerable: true, get: () => t(words[key]) });
  }
  return table;
}

export function onLanguage(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Fetches the catalogue where it is needed and puts it to use; everybody who listens is told. */
export async function speak(chosen: Language): Promise<void> {
  wanted = chosen;
  if (chosen !== 'en' && !i18n.hasResourceBundle(chosen, 'translation')) {
    const load = catalogues[`../locales/${chosen}.json`];
    if (!load) throw new Error(`There is no catalogue for ${chosen}.`);
    i18n.addResourceBundle(chosen, 'translation', (await load()).default);
  }
  // A slow catalogue does not overrule what was chosen after it; from here on nothing waits.
  if (wanted !== chosen || current === chosen) return;
  current = chosen;
  void i18n.changeLanguage(chosen);
  listeners.forEach((listener) => listener());
}

/** The first of the browser's languages that is one of ours; English where none is. */
export function preferred(tags: readonly string[]): Language {
  for (const tag of tags) {
    const parts = tag.toLowerCase().split('-');
    for (let length = parts.length; length > 0; length -= 1) {
      const found = SERVED_BY[parts.slice(0, length).join('-')];
      if (found) return found;
    }
  }
  return 'en';
}

/** Numbers as the language in use writes them. */
export function written(values: Values): Record<string, string> {
  const numbers = new Intl.NumberFormat(LOCALES[current].numbers);
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, typeof value === 'number' ? numbers.format(value) : value]),
  );
}
