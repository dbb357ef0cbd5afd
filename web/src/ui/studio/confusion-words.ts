/** What is said to whoever picks a category that reviews often find wrong. */
import { t } from '../../language/language';
import type { Warned } from '../quality/wire';

export type Told = Set<string>;

/** The words for a category; null where nothing is to be said, or was said in this session. */
export function noteFor(
  report: Warned,
  project: string,
  category: string,
  nameOf: (id: string) => string,
  told: Told,
): string | null {
  const words = report.warnings[category];
  const key = `${project} ${category}`;
  if (!words || told.has(key)) return null;
  told.add(key);
  const ways = report.pairs
    .map(({ one, other, one_for_other, other_for_one }) =>
      one === category ? { rather: other, times: one_for_other } : other === category ? { rather: one, times: other_for_one } : null,
    )
    .filter((way) => way !== null)
    .sort((a, b) => b.times - a.times);
  const worst = ways[0];
  if (!worst?.times) return words;
  return t('Look twice: {{count}} times, “{{picked}}” turned out to be “{{rather}}”.', {
    count: worst.times,
    picked: nameOf(category),
    rather: nameOf(worst.rather),
  });
}
