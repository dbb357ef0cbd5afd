/** Label rules as they stand on the wire: one type a kind, and where one is broken. */
import type { AttributeValue } from './wire';

export type Severity = 'error' | 'warning';

interface Base {
  id: string;
  categories: string[];
  severity?: Severity;
  message?: string;
  when?: Record<string, AttributeValue>;
}

interface Sizes {
  width?: number | null;
  height?: number | null;
  area?: number | null;
  length?: number | null;
}

interface Range {
  at_least?: number | null;
  at_most?: number | null;
}

export type Rule =
  | (Base & Sizes & { kind: 'minimum_size' })
  | (Base & Sizes & { kind: 'maximum_size' })
  | (Base & { kind: 'must_touch'; others: string[]; within?: number })
  | (Base & { kind: 'must_not_overlap'; others: string[]; above?: number; of?: 'smaller' | 'union' })
  | (Base & { kind: 'inside'; others?: string[]; image?: boolean; share?: number })
  | (Base & Range & { kind: 'count' })
  | (Base & Range & { kind: 'count_inside'; others: string[] })
  | (Base & { kind: 'one_per_image' })
  | (Base & { kind: 'required_attribute'; attribute: string })
  | (Base & { kind: 'requires'; others: string[] })
  | (Base & { kind: 'related'; relation: string; others: string[] })
  | (Base & { kind: 'no_self_crossing' })
  | (Base & { kind: 'at_least_points'; points: number });

export type RuleKind = Rule['kind'];
export type RuleOf<K extends RuleKind> = Extract<Rule, { kind: K }>;

/** One place where a rule is broken: in words, the annotations it is about, and the area to look at. */
export interface BrokenRule {
  rule: string;
  severity: Severity;
  sentence: string;
  annotations?: string[];
  place?: [number, number, number, number] | null;
}

/** An item whose work breaks rules: the first places, and how many there are. */
export interface Offender {
  item: string;
  item_name: string;
  state: string;
  count: number;
  broken: BrokenRule[];
}

/** Some of the offenders: `looked_at` of `total` items were looked at so far; `next` goes on from there. */
export interface Offenders {
  items: Offender[];
  looked_at: number;
  total: number;
  next: string | null;
}
