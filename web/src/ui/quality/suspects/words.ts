/** Suspects in words: kinds, where they come from, the yield, and how figures are computed. */
import { spoken, t } from '../../../language/language';
import { share } from '../figures';
import type { Method } from '../wire';
import type { SuspectKind, SuspectSource, Yield } from './wire';

export const KINDS: readonly SuspectKind[] = ['wrong_category', 'loose_shape', 'missing', 'extra', 'odd'];

export const KIND_WORDS: Record<SuspectKind, string> = spoken<SuspectKind>({
  wrong_category: 'Wrong category',
  loose_shape: 'Loose shape',
  missing: 'Missing',
  extra: 'Should not be there',
  odd: 'Odd beside others',
});

export const SOURCE_WORDS: Record<SuspectSource, string> = spoken<SuspectSource>({
  model: 'A model says otherwise',
  people: 'Several people disagreed',
  duplicate: 'A near-duplicate says otherwise',
  odd: 'Odd beside others of its kind',
});

/** “12 of 40 were wrong: 30 % (17 to 47 %)”. */
export function yieldWords(found: Yield): string {
  if (found.share === null) return t('nothing judged yet');
  const values = { wrong: found.wrong, looked: found.looked, share: share(found.share) };
  if (found.low === null || found.high === null) return t('{{wrong}} of {{looked}} were wrong: {{share}}', values);
  const [low, high] = [Math.round(found.low * 100), Math.round(found.high * 100)];
  return t('{{wrong}} of {{looked}} were wrong: {{share}} ({{low}} to {{high}} %)', { ...values, low, high });
}

export const yieldMethod = (): Method => ({
  title: t('Yield'),
  formula: 'wrong / judged',
  explanation: t('Of the suspects somebody judged, the share that was wrong or was corrected. The interval holds the true share in at least 95 of 100 cases, however few were judged. Stopping is suggested once fewer than 10 % of the last 20 were wrong.'),
  paper: t('C. J. Clopper and E. S. Pearson, Biometrika 26, 1934'),
});

export const scoreMethod = (): Method => ({
  title: t('Order of suspects'),
  formula: '1 − ∏ (1 − sᵢ)',
  explanation: t('Each method gives a score: how surely a model, several people or a near-duplicate says something else, and for tags the chance that the label is wrong. Scores of several methods are joined by noisy or. They put suspects in an order; they are no probabilities.'),
  paper: t(
    'Tkachenko, Thyagarajan and Mueller, ObjectLab, 2023; Northcutt, Jiang and Chuang, Confident Learning, 2021; Dawid and Skene, 1979; Pearl, 1988',
  ),
});
