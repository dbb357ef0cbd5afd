/** How a model is named to people. */
import { t } from '../language/language';

const LEARNED = /^(?:model:)?learned-[0-9a-f]+@(\d+)$/;

/** `model:NAME@VERSION` as it is read: a head is what it learned from. */
export function layerWord(author: string): string {
  const version = LEARNED.exec(author)?.[1];
  return version ? t('Learned here, version {{version}}', { version }) : author.replace(/^model:/, '');
}
