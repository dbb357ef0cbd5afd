/** What the server says and hears, as it stands on the wire. Times are ISO 8601 in UTC. */
import type { Graph, ReviewPlan } from './model/graph';
import type { Rule } from './wire-rules';

export type { BrokenRule, Offender, Offenders, Rule, RuleKind, RuleOf, Severity } from './wire-rules';
export type {
  AnnotationChange,
  CategoryFacts,
  ChangeCounts,
  ChangeKind,
  ChangePage,
  Difference,
  ItemChange,
  Leak,
  Release,
  ReleaseCard,
  SplitHow,
  SplitPlan,
  Verification,
} from './wire-releases';

export type Role = 'annotator' | 'reviewer' | 'manager' | 'owner';
export type ItemState = 'waiting' | 'annotating' | 'adjudicate' | 'review' | 'returned' | 'done' | 'skipped';
export type Stage = 'annotate' | 'adjudicate' | 'review';
export type Verdict = 'accepted' | 'returned' | 'amended';

export interface Page<T> {
  items: T[];
  next?: string | null;
  total?: number;
}

export interface Member {
  id: string;
  name: string;
  email: string | null;
  role: Role;
  active: boolean;
  has_password?: boolean;
  created_at?: string;
  last_seen_at?: string | null;
}

export interface Session {
  member: Member;
  csrf: string;
  first_run: boolean;
}

export interface ProjectMember {
  id: string;
  name: string;
  email: string | null;
  role: Role;
  active: boolean;
  organization_role: Role;
}

export interface Invitation {
  id: string;
  role: Role;
  project: string | null;
  email: string | null;
  created_by: string;
  created_at: string;
  expires_at: string;
  state: string;
  link?: string | null;
  token?: string | null;
}

export interface Welcome {
  role: Role;
  project: string | null;
  project_name: string | null;
  inviter: string;
  email: string | null;
  expires_at: string;
}

export interface Token {
  id: string;
  name: string;
  scopes: string[];
  created_at: string;
  expires_at: string | null;
  last_used_at: string | null;
  token?: string | null;
}

export interface Workflow {
  review: boolean;
  self_review: boolean;
  lease_seconds: number;
  overlap: Overlap;
  /** Which work is reviewed. */
  review_plan: ReviewPlan;
  /** The drawn way of items; null: the usual one. */
  graph: Graph | null;
}

/** How many people answer an item; with a target, one more only while the merged answer is less sure. */
export interface Overlap {
  answers: number;
  share: number;
  target: number | null;
  most: number;
  budget: number | null;
  adjudicate_below: number;
}

export interface WorkflowView {
  workflow: Workflow;
  ways: Graph;
}

export interface Project {
  id: string;
  name: string;
  description: string;
  workflow: Workflow;
  role: Role;
  archived: boolean;
  counts: Partial<Record<ItemState, number>>;
  items: number;
  kinds: string[];
  ontology_version: number;
  brief_version: number;
  created_at: string;
  updated_at: string;
}

export type AttributeKind = 'choice' | 'choices' | 'text' | 'number' | 'flag';
export type AttributeValue = string | number | boolean | string[];

export interface Option {
  id: string;
  name: string;
}

export interface AttributeSpec {
  id: string;
  name: string;
  kind: AttributeKind;
  options?: Option[];
  required?: boolean;
  default?: AttributeValue | null;
  minimum?: number | null;
  maximum?: number | null;
}

export interface Category {
  id: string;
  name: string;
  color?: string;
  shortcut?: string | null;
  shapes?: string[];
  description?: string;
  attributes?: AttributeSpec[];
  skeleton?: SkeletonTemplate | null;
}

export interface SkeletonTemplate {
  keypoints: { name: string; x: number; y: number }[];
  edges?: [number, number][];
  swaps?: [number, number][];
}

export interface RelationSpec {
  id: string;
  name: string;
  directed?: boolean;
}

export interface Ontology {
  categories?: Category[];
  retired?: Record<string, string | null>;
  relations?: RelationSpec[];
  rules?: Rule[];
}

export interface OntologyView {
  version: number;
  ontology: Ontology;
  counts: Record<string, number>;
}

export interface OntologyChange {
  added: string[];
  renamed: string[];
  recolored: string[];
  edited: string[];
  reordered: boolean;
  relations?: boolean;
  rules?: boolean;
  deleted: string[];
  merged: Record<string, string>;
  touched: Record<string, number>;
}

export interface OntologySaved {
  version: number;
  change: OntologyChange;
  ontology: Ontology;
}

export interface OntologyVersion {
  version: number;
  change: OntologyChange;
  undoes: number | null;
  created_by: string;
  created_at: string;
}

export interface GuidelinePage {
  id: string;
  title: string;
  text?: string;
  category?: string | null;
}

export interface AcceptanceTarget {
  kind: string;
  metric: string;
  value: number;
  iou: number;
  confidence: number;
}

export interface Brief {
  summary?: string;
  origin?: string;
  licence?: string;
  kinds?: string[];
  pages?: GuidelinePage[];
  targets?: AcceptanceTarget[];
}

export interface BriefView {
  version: number;
  brief: Brief;
  created_by: string;
  created_at: string;
}

export interface Progress {
  items: number;
  states: Record<ItemState, number>;
  annotations: number;
  throughput: { day: string; submitted: number; reviewed: number }[];
  people: Person[];
  waiting_for: Waiting[];
  seconds_per_item: number | null;
}

export interface Person {
  member: string;
  name: string;
  submitted: number;
  reviewed: number;
  returned: number;
  accepted: number;
  seconds: number;
  holding: number;
}

export interface Waiting {
  stage: Stage;
  assignee: string | null;
  assignee_name: string | null;
  count: number;
}

export interface Item {
  id: string;
  project: string;
  name: string;
  key: string | null;
  width: number;
  height: number;
  media_type: string;
  bytes: number;
  state: ItemState;
  annotations: number;
  sha256: string;
  near_duplicate_of: string | null;
  near_distance: number | null;
  notes: string[];
  held_by: string | null;
  assigned_to: string | null;
  task: string | null;
  created_at: string;
  updated_at: string;
}

export type Point = [number, number];

/** Where a keypoint lies, and 2 visible, 1 occluded or 0 absent. */
export type Keypoint = [number, number, number];

export type Shape =
  | { kind: 'box'; left: number; top: number; right: number; bottom: number }
  | { kind: 'rotated_box'; x: number; y: number; width: number; height: number; angle: number }
  | { kind: 'polygon'; parts: Point[][][] }
  | { kind: 'polyline'; points: Point[] }
  | { kind: 'points'; points: Point[] }
  | { kind: 'ellipse'; x: number; y: number; rx: number; ry: number; angle: number }
  | { kind: 'mask'; left: number; top: number; width: number; height: number; runs: number[] }
  | { kind: 'skeleton'; keypoints: Keypoint[] }
  | { kind: 'cuboid'; front: Point[]; back: Point[] };

export interface Relation {
  kind: string;
  to: string;
}

export interface Evidence {
  author?: string;
  created_at?: string;
  changed_by?: string | null;
  changed_at?: string | null;
  model?: string | null;
  score?: number | null;
  prediction?: string | null;
  similarity?: number | null;
  seconds?: number;
  reviewer?: string | null;
  verdict?: Verdict | null;
  reviewed_at?: string | null;
  /** The probability that it is right, as measured on people's work. */
  confidence?: number | null;
  /** Codes of the errors that a reviewer named. */
  errors?: string[];
}

/** What one annotator answered where several people's work was merged. */
export interface Vote {
  annotator: string;
  answer: string;
  similarity?: number | null;
}

export interface Annotation {
  id: string;
  category: string;
  shape?: Shape | null;
  attributes?: Record<string, AttributeValue>;
  group?: string | null;
  relations?: Relation[];
  flags?: Record<string, boolean | number | string>;
  evidence?: Evidence;
  votes?: Vote[];
  /** A reason: when it is set, somebody could not tell. */
  unsure?: string | null;
}

export interface Document {
  annotations: Annotation[];
}

export interface DocumentView {
  id: string;
  kind: string;
  item: string;
  author: string;
  author_name: string;
  model: string | null;
  stage: Stage | null;
  round: number;
  verdict: Verdict | null;
  comment: string | null;
  created_at: string;
  seconds: number;
  annotations: number;
  ontology_version: number;
  guideline_version: number;
  document?: Document | null;
}

export interface OperationView {
  task: string;
  member: string;
  revision: number;
  at: number;
  operation: { kind: string; [field: string]: unknown };
}

export interface History {
  submissions: DocumentView[];
  predictions: DocumentView[];
  references: DocumentView[];
  operations: OperationView[];
}

export interface Comment {
  id: string;
  author: string;
  author_name: string;
  text: string;
  created_at: string;
}

export interface Issue {
  id: string;
  item: string;
  annotation: string | null;
  x: number | null;
  y: number | null;
  state: 'open' | 'resolved';
  author: string;
  author_name: string;
  created_at: string;
  comments: Comment[];
}

export type JobState = 'queued' | 'running' | 'done' | 'failed' | 'cancelled';

export interface Problem {
  title?: string;
  status?: number;
  detail?: string;
  code?: string;
  place?: string | null;
  remedy?: string | null;
  errors?: { [field: string]: unknown }[];
}

export interface Job {
  id: string;
  kind: string;
  project: string | null;
  state: JobState;
  progress: { done: number; total: number | null; note: string };
  error: Problem | null;
  report: unknown;
  attempts: number;
  created_at: string;
  started_at: string | null;
  finished_at: string | null;
}

export interface Import {
  id: string;
  project: string;
  kind: 'items' | 'labels';
  state: string;
  job: string | null;
  report: Record<string, unknown> | null;
  args?: Record<string, unknown>;
  can_undo: boolean;
  created_at: string;
  created_by?: string;
}

export interface AuditEntry {
  seq: number;
  at: string;
  actor: string;
  actor_name: string;
  action: string;
  subject: string;
  detail: Record<string, unknown>;
  hash: string;
}

export interface FormatInfo {
  name: string;
  title: string;
  keeps: string[];
}
