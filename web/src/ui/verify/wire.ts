/** What the server says of the grid, as it stands on the wire. */
import type { components } from '../../model/api';
import type { Operation } from '../../model/operations';
import type { Annotation, Verdict } from '../../wire';

export type Source = 'review' | 'predictions';
export type Sort = 'suspicion' | 'similarity' | 'smallest' | 'largest' | 'score' | 'random';

/** Part of a picture in whole pixels; right and bottom lie outside. */
export interface Window {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export interface Cell {
  task: string;
  item: string;
  name: string;
  width: number;
  height: number;
  annotation: Annotation;
  revision: number;
  window: Window;
  suspicion: number;
  reasons: string[];
  verdict: Verdict | null;
  model: string | null;
  document: string | null;
  held_by: string | null;
}

export interface Facets {
  categories: Record<string, number>;
  kinds: Record<string, number>;
  models: Record<string, number>;
}

export interface GridPage {
  cells: Cell[];
  next: string | null;
  total: number;
  judged: number;
  held: number;
  looked: number;
  limited: boolean;
  restarted: boolean;
  ontology_version: number;
  facets: Facets;
}

export interface Tally {
  annotations: number;
  accepted: number;
  amended: number;
  returned: number;
  open: number;
}

export interface Judged {
  task: string;
  outcome: 'saved' | 'held' | 'closed' | 'forbidden' | 'missing';
  reason: string | null;
  holder: string | null;
  revision: number;
  refused: { annotation: string; reason: string }[];
  conflicts: string[];
  tally: Tally | null;
}

export interface Standing {
  task: string;
  item: string;
  name: string;
  tally: Tally;
}

export interface Closing {
  closed: { task: string; item: string; item_state: string; verdict: Verdict }[];
  kept: { task: string; code: string; detail: string; remedy: string }[];
}

/** Operations for the drafts of several tasks, sent together under one key. */
export interface Batch {
  key: string;
  drafts: { task: string; operations: Operation[] }[];
}

type Schemas = components['schemas'];
type Unknown<Page, Sent> = Exclude<keyof Page, keyof Sent>;
type Lacking =
  | Unknown<Cell, Schemas['Cell']>
  | Unknown<GridPage, Schemas['GridPage']>
  | Unknown<Judged, Schemas['Judged']>
  | Unknown<Tally, Schemas['Tally']>
  | Unknown<Standing, Schemas['BegunReview']>
  | Unknown<Closing, Schemas['Closing']>;

/** A field that is read here and not sent by the server is a compile error. */
export const agreement: [Lacking] extends [never] ? true : Lacking = true;
