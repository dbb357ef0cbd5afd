/** What the server says of suspects, as it stands on the wire. */
import type { components } from '../../../model/api';
import type { Annotation, ItemState, Shape } from '../../../wire';
import type { Window } from '../../verify/wire';

export type SuspectKind = 'wrong_category' | 'loose_shape' | 'missing' | 'extra' | 'odd';
export type SuspectSource = 'model' | 'people' | 'duplicate' | 'odd';
export type SuspectVerdict = 'wrong' | 'fine' | 'corrected';

export interface RunReport {
  items: number;
  annotations: number;
  models: Record<string, number>;
  merged: number;
  duplicates: number;
  found: number;
  kept: number;
  judged_before: number;
  sources: Record<string, number>;
}

export interface Run {
  id: string;
  created_at: string;
  finished_at: string | null;
  by: string;
  job: string;
  state: 'queued' | 'running' | 'done' | 'failed' | 'cancelled';
  done: number;
  total: number | null;
  error: string | null;
  report: RunReport | null;
}

export interface Yield {
  looked: number;
  wrong: number;
  share: number | null;
  low: number | null;
  high: number | null;
}

export interface Overview {
  run: Run | null;
  going: Run | null;
  material: { items: number; models: Record<string, number>; merged: number; duplicates: number };
  open: number;
  kinds: Partial<Record<SuspectKind, number>>;
  categories: Record<string, number>;
  total: Yield;
  by_kind: Partial<Record<SuspectKind, Yield>>;
  stopping: { stop: boolean; last: number; wrong: number; worth: number };
}

export interface Suspect {
  id: string;
  rank: number;
  item: string;
  name: string;
  item_state: ItemState;
  width: number;
  height: number;
  window: Window;
  annotation: Annotation | null;
  shape: Shape | null;
  kind: SuspectKind;
  category: string | null;
  should_be: string | null;
  score: number;
  reasons: string[];
  sources: SuspectSource[];
  verdict: SuspectVerdict | null;
  judged_by: string | null;
  judged_at: string | null;
  outdated: boolean;
}

export interface SuspectPage {
  items: Suspect[];
  next: string | null;
  total: number;
}

export interface JudgedSuspect {
  suspect: Suspect;
  task: string | null;
  pinned: boolean;
}

type Schemas = components['schemas'];
type Unknown<Page, Sent> = Exclude<keyof Page, keyof Sent>;
type Lacking =
  | Unknown<RunReport, Schemas['RunReport']>
  | Unknown<Run, Schemas['RunView']>
  | Unknown<Yield, Schemas['YieldView']>
  | Unknown<Overview, Schemas['SuspectsOverview']>
  | Unknown<Suspect, Schemas['SuspectView']>
  | Unknown<SuspectPage, Schemas['SuspectPage']>
  | Unknown<JudgedSuspect, Schemas['JudgedSuspect']>;

/** A field that is read here and not sent by the server is a compile error. */
export const agreement: [Lacking] extends [never] ? true : Lacking = true;
