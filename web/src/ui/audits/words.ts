/** What audits say, in words. */
import { spoken, t } from '../../language/language';
import { ERROR_WORDS } from '../words';
import type { Audit, Claim } from './wire';

export const AUDIT_STATES: Record<string, string> = spoken<string>({
  open: 'Open',
  proved: 'Proved',
  refuted: 'Refuted',
  closed: 'Closed',
  accepted: 'Accepted',
  refused: 'Refused',
});

export const STATE_COLORS: Record<string, string> = { open: 'blue', proved: 'pine', refuted: 'red', closed: 'gray', accepted: 'pine', refused: 'red' };

/** A share in percent, rounded up so that a bound that is told still holds. */
export function bound(share: number): string {
  return t('{{value}} %', { value: Math.ceil(Number((share * 1000).toFixed(6))) / 10 });
}

/** What came of a delivery: “Accepted: 1 of 20 wrong, up to 1 allowed”. */
export function delivered({ plan, state, judged, wrong }: NonNullable<Audit['acceptance']>): string {
  const found = t('{{wrong}} of {{judged}} wrong', { wrong, judged });
  const allowed = plan.accept === null ? '' : `, ${t('up to {{accept}} of {{size}} allowed', { accept: plan.accept, size: plan.size })}`;
  return `${AUDIT_STATES[state]}: ${found}${allowed}`;
}

/** “At most 1.2 % wrong (95 % confidence)”. */
export function shown(audit: Audit, claim: Claim): string {
  if (claim.category === null) return ofAll(audit, claim);
  // A bound of one category must not read like one of the whole release.
  return `${audit.categories[claim.category] ?? claim.category}: ${ofAll(audit, claim)}`;
}

function ofAll(audit: Audit, claim: Claim): string {
  const confidence = Math.round(claim.confidence * 10_000) / 100;
  if (audit.unit === 'item' && audit.acceptance) {
    // Of a delivered item anything may be wrong, not only what is missing.
    return claim.state === 'refuted'
      ? t('More than {{share}} of the items not as they should be ({{confidence}} % confidence)', { share: bound(claim.at_most), confidence })
      : t('At most {{share}} of the items not as they should be ({{confidence}} % confidence)', { share: bound(claim.upper), confidence });
  }
  if (claim.state === 'refuted') {
    const share = bound(claim.at_most);
    return audit.unit === 'item'
      ? t('More than {{share}} of the items incomplete ({{confidence}} % confidence)', { share, confidence })
      : t('More than {{share}} wrong ({{confidence}} % confidence)', { share, confidence });
  }
  const share = bound(claim.upper);
  return audit.unit === 'item'
    ? t('At most {{share}} of the items incomplete ({{confidence}} % confidence)', { share, confidence })
    : t('At most {{share}} wrong ({{confidence}} % confidence)', { share, confidence });
}

/** What was claimed: “At most 5 % of the annotations are wrong”. */
export function claimed(audit: Audit, claim: Claim): string {
  const share = bound(claim.at_most);
  if (claim.category !== null) {
    const category = audit.categories[claim.category] ?? claim.category;
    return t('At most {{share}} of “{{category}}” is wrong', { share, category });
  }
  if (audit.unit === 'item' && audit.acceptance) return t('At most {{share}} of the items are not as they should be', { share });
  return audit.unit === 'item'
    ? t('In at most {{share}} of the items something is missing', { share })
    : t('At most {{share}} of the annotations are wrong', { share });
}

export function codeWords(code: string): string {
  return code === 'missing' ? t('Something is missing') : (ERROR_WORDS[code] ?? code);
}
