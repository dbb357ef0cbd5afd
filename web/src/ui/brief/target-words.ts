/** An acceptance target as a sentence. */
import type { AcceptanceTarget } from '../../wire';

const METRICS: Record<string, string> = {
  precision: 'are right',
  recall: 'are found',
  accuracy: 'carry the right answer',
};

const KINDS: Record<string, string> = { box: 'boxes', polygon: 'polygons', mask: 'masks', tag: 'tags' };

/** 0.975 as “97.5 %”. */
export function share(value: number): string {
  return `${Number((value * 100).toFixed(2))} %`;
}

export function targetWords({ kind, metric, value, iou, confidence }: AcceptanceTarget): string {
  const among = metric === 'recall' ? 'all the things to mark as' : 'the';
  const overlap = kind === 'tag' ? '' : `, counted from an IoU of ${iou}`;
  return `At least ${share(value)} of ${among} ${KINDS[kind] ?? kind} ${METRICS[metric] ?? metric}${overlap}, shown with ${share(confidence)} confidence.`;
}

export const NEW_TARGET: AcceptanceTarget = { kind: 'box', metric: 'precision', value: 0.97, iou: 0.7, confidence: 0.95 };
