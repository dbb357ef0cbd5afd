/** Releases on the wire: how they are split, what changed between two, and their card. */
import type { Annotation } from './wire';

export interface Release {
  id: string;
  project: string;
  tag: string;
  number: number;
  notes: string;
  states: string[];
  /** The id of the release that it goes on from. */
  parent: string | null;
  splits: Record<string, number>;
  /** Near duplicates in two splits. */
  leaks: number;
  ontology_version: number;
  brief_version: number;
  items: number;
  annotations: number;
  categories: Record<string, number>;
  sha256: string;
  created_by: string;
  created_at: string;
}

export type SplitHow = 'none' | 'came' | 'random' | 'stratified' | 'inherited';

/** How a new release is split; shares by the name of the split. */
export interface SplitPlan {
  how: SplitHow;
  shares: Record<string, number>;
  seed: number;
  group_by: '' | 'folder' | 'name' | 'key';
  separator: string;
  keep_near: boolean;
}

export interface ChangeCounts {
  added?: number;
  removed?: number;
  changed?: number;
}

/** What changed from one release to another, counted; categories by name. */
export interface Difference {
  before: string;
  after: string;
  items?: ChangeCounts;
  annotations?: ChangeCounts;
  categories?: Record<string, ChangeCounts>;
  fields?: Record<string, number>;
  moved?: Record<string, number>;
  ontology?: string[];
  unchanged?: number;
}

export type ChangeKind = 'added' | 'removed' | 'changed';

export interface AnnotationChange {
  kind: ChangeKind;
  category: string;
  what?: string[];
  iou?: number | null;
  before?: Annotation | null;
  after?: Annotation | null;
}

export interface ItemChange {
  item: string;
  name: string;
  width: number;
  height: number;
  kind: ChangeKind;
  split_before?: string | null;
  split_after?: string | null;
  annotations?: AnnotationChange[];
}

export interface ChangePage {
  items: ItemChange[];
  next: number | null;
}

export interface CategoryFacts {
  name: string;
  annotations: number;
  items: number;
  share: number;
  median_area: number | null;
  splits: Record<string, number>;
}

export interface Leak {
  item: string;
  name: string;
  split: string;
  near: string;
  near_name: string;
  near_split: string;
}

/** What is known of a release. */
export interface ReleaseCard {
  project: string;
  description: string;
  origin: string;
  licence: string;
  parent: string | null;
  categories: CategoryFacts[];
  kinds: Record<string, number>;
  sizes: Record<string, number>;
  areas: number[];
  pictures: [string, number][];
  empty_items: number;
  sources: [string, number][];
  authors: Record<string, number>;
  reviewers: number;
  reviewed: number;
  from_models: number;
  touched_models: number;
  seconds: number;
  /** What the newest certificate says, in English. */
  accuracy: string | null;
  agreement: number | null;
  agreement_items: number;
  splits: Record<string, number>;
  leaks: Leak[];
  gaps: string[];
}

export interface Verification {
  ok: boolean;
  entries: number;
  faults: string[];
}
