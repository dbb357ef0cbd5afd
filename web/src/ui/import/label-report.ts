/** The report of an import of labels, as the pages read it. */
import type { Annotation } from '../../wire';
import type { Found } from './mapping';

export interface Fault {
  file: string;
  place: string;
  reason: string;
}

export interface Sample {
  item: string;
  name: string;
  width: number;
  height: number;
  skipped: string | null;
  present: Annotation[];
  incoming: Annotation[];
  fates: Record<string, Fate>;
}

export type Fate = 'added' | 'taken' | 'kept' | 'same';

export interface LabelReport extends Found {
  dry_run: boolean;
  format: string;
  format_title: string;
  recognized: string;
  other_formats?: { name: string; title: string; reason: string }[];
  items_in_file: number;
  items_matched: number;
  items_unmatched: number;
  items_ambiguous: number;
  annotations_in_file: number;
  annotations: number;
  already_there: number;
  duplicates_in_file: number;
  not_read: number;
  left_for_people?: number;
  merge?: Merge;
  faults: Fault[];
  pictures?: Sample[];
  picture_categories?: { id: string; name: string; color: string }[];
}

export interface Merge {
  iou: number;
  keep: string;
  matched: number;
  the_same: number;
  ours_kept: number;
  theirs_taken: number;
  added: number;
}

/** What is shown in a way of its own, and not again in the list of details. */
const SHOWN_ELSEWHERE = new Set([
  'dry_run', 'format', 'format_title', 'recognized', 'other_formats', 'file_categories', 'file_attributes', 'mapping',
  'remembered', 'pictures', 'picture_categories', 'faults', 'merge', 'items_in_file', 'items_matched', 'items_unmatched',
  'items_ambiguous', 'annotations_in_file', 'annotations', 'already_there', 'duplicates_in_file', 'not_read',
  'left_for_people',
]);

export function details(report: LabelReport): Record<string, unknown> {
  return Object.fromEntries(Object.entries(report).filter(([key, value]) => !SHOWN_ELSEWHERE.has(key) && value !== 0));
}
