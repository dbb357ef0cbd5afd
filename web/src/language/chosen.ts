/** Which language this browser's reader chose: remembered, put to use at once, and told to the document. */
import { useSyncExternalStore } from 'react';

import { type Language, language, LANGUAGES, onLanguage, preferred, speak } from './language';

const KEPT = 'labelwright.language';

function remembered(): Language | null {
  const kept = localStorage.getItem(KEPT);
  return kept !== null && kept in LANGUAGES ? (kept as Language) : null;
}

/** At the start of the page: the language chosen before, otherwise the first of the browser's that is ours. */
export async function beginLanguage(): Promise<void> {
  onLanguage(() => (document.documentElement.lang = language()));
  window.addEventListener('storage', ({ key }) => {
    if (key === KEPT) void speak(remembered() ?? preferred(navigator.languages));
  });
  try {
    await speak(remembered() ?? preferred(navigator.languages));
  } catch {
    // A page in English is better than none: the catalogue may have gone with an older version.
  }
}

export async function chooseLanguage(chosen: Language): Promise<void> {
  await speak(chosen);
  localStorage.setItem(KEPT, chosen);
}

/** The language in use; the component, and with it what it renders, is drawn again when it changes. */
export function useLanguage(): Language {
  return useSyncExternalStore(onLanguage, language);
}
