/** An acceptance target as a sentence. */
import { phrase, spoken, t } from '../../language/language';
import type { AcceptanceTarget } from '../../wire';
import { SHAPE_WORDS } from '../words';

const CLAIMS: Record<string, string> = {
  precision: phrase('At least {{share}} of the {{kind}} are right'),
  recall: phrase('At least {{share}} of all the things to mark as {{kind}} are found'),
  accuracy: phrase('At least {{share}} of the {{kind}} carry the right answer'),
};

const KINDS: Record<string, string> = spoken<string>({ box: 'boxes', polygon: 'polygons', mask: 'masks', tag: 'tags' });

/** 0.975 as “97.5 %”. */
export function share(value: number): string {
  return t('{{value}} %', { value: String(Number((value * 100).toFixed(2))) });
}

export function targetWords({ kind, metric, value, iou, confidence }: AcceptanceTarget): string {
  const claim = t(CLAIMS[metric] ?? metric, { share: share(value), kind: KINDS[kind] ?? SHAPE_WORDS[kind] ?? kind });
  const overlap = kind === 'tag' ? '' : t(', counted from an IoU of {{iou}}', { iou: String(iou) });
  return claim + overlap + t(', shown with {{confidence}} confidence.', { confidence: share(confidence) });
}

export const NEW_TARGET: AcceptanceTarget = { kind: 'box', metric: 'precision', value: 0.97, iou: 0.7, confidence: 0.95 };
