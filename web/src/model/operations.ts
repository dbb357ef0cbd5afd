/** Operations as they stand on the wire, and the edits they are made from. */
import type { Annotation, AttributeValue, Relation, Shape, Verdict } from '../wire';
import { differing, withFields } from './fields';
import { freshId } from './ids';

export interface Marking {
  id: string;
  category: string;
  shape?: Shape | null;
  attributes?: Record<string, AttributeValue>;
  group?: string | null;
  relations?: Relation[];
  flags?: Record<string, boolean | number | string>;
  /** Why the person could not tell. */
  unsure?: string | null;
}

/** What belongs to every operation; the meaning of each is told on the server (core/operations.py). */
export interface Stamp {
  id: string;
  at: number;
  seconds: number;
  seen?: number;
  after?: string;
  settles?: readonly string[];
  reopens?: readonly string[];
  step?: string;
  title?: string;
  turn?: 'undo' | 'redo';
  readonly clashes?: readonly string[];
  readonly by?: string | null;
}

export type Put = Stamp & {
  kind: 'put';
  annotation: Marking;
  /** What the hand changed; the rest stays as it is by now. */
  fields?: readonly string[];
  prediction?: string | null;
  model?: string | null;
  score?: number | null;
};
export type Delete = Stamp & { kind: 'delete'; annotation: string };
export type Judge = Stamp & { kind: 'judge'; annotation: string; verdict: Verdict | null; errors?: string[] };
export type Operation = Put | Delete | Judge;

type Choosing = Pick<Stamp, 'settles' | 'reopens'>;

/**
 * One change of one annotation, before it is stamped as an operation. A put names the `fields` that
 * it changes where it is not new; `settles` names the operations of a conflict it chooses about,
 * `reopens` those whose choice it takes back.
 */
export type Edit =
  | ({ kind: 'put'; annotation: Annotation; fields?: readonly string[] } & Choosing)
  | ({ kind: 'delete'; id: string } & Choosing)
  | { kind: 'judge'; id: string; verdict: Verdict | null; errors?: string[] };

/** The gesture that an operation is part of. */
export type Gesture = Pick<Stamp, 'step' | 'title' | 'turn'>;

/** The operation that carries an edit to the server; only the first of a group carries the seconds. */
export function operationOf(edit: Edit, at: number, seconds: number, gesture: Gesture = {}): Operation {
  const stamp: Stamp = { id: freshId(at), at, seconds, ...gesture };
  if (edit.kind !== 'judge' && edit.settles) stamp.settles = edit.settles;
  if (edit.kind !== 'judge' && edit.reopens) stamp.reopens = edit.reopens;
  if (edit.kind === 'delete') return { kind: 'delete', ...stamp, annotation: edit.id };
  if (edit.kind === 'judge') {
    return { kind: 'judge', ...stamp, annotation: edit.id, verdict: edit.verdict, ...(edit.errors?.length ? { errors: edit.errors } : {}) };
  }
  const { id, category, shape, attributes, group, relations, flags, unsure, evidence } = edit.annotation;
  const put: Put = {
    kind: 'put',
    ...stamp,
    annotation: {
      id,
      category,
      shape: shape ?? null,
      attributes: attributes ?? {},
      group: group ?? null,
      ...(relations?.length ? { relations } : {}),
      flags: flags ?? {},
      ...(unsure ? { unsure } : {}),
    },
  };
  if (edit.fields) put.fields = edit.fields;
  if (evidence?.prediction || evidence?.model) {
    put.prediction = evidence.prediction ?? null;
    put.model = evidence.model ?? null;
    put.score = evidence.score ?? null;
  }
  return put;
}

/** The id of the annotation that an operation is about. */
export const targetOf = (operation: Operation): string =>
  operation.kind === 'put' ? operation.annotation.id : operation.annotation;

/** The edit that an operation from elsewhere makes here. */
export function editOf(operation: Operation, before: Annotation | undefined): Edit {
  if (operation.kind === 'delete') return { kind: 'delete', id: operation.annotation };
  if (operation.kind === 'judge') return { kind: 'judge', id: operation.annotation, verdict: operation.verdict, errors: operation.errors ?? [] };
  // What was judged is no longer what stands there.
  const evidence = before
    ? { ...before.evidence, changed_at: new Date(operation.at).toISOString(), verdict: null, errors: [], confidence: null }
    : {
        prediction: operation.prediction ?? null,
        model: operation.model ?? null,
        score: operation.score ?? null,
      };
  const { annotation, fields } = operation;
  const said = before && fields ? withFields(before, annotation, fields) : annotation;
  const votes = before?.votes;
  return { kind: 'put', annotation: { ...said, evidence, ...(votes?.length ? { votes } : {}) } };
}

/** Whether two annotations say the same, whatever their evidence. */
export const saysTheSame = (a: Annotation, b: Annotation): boolean => differing(a, b).length === 0;

/** The evidence after a verdict; errors are named of what is to be corrected only. */
export const judged = (evidence: Annotation['evidence'], { verdict, errors }: Extract<Edit, { kind: 'judge' }>): NonNullable<Annotation['evidence']> => ({
  ...evidence,
  verdict,
  errors: verdict === 'returned' ? (errors ?? []) : [],
});

/** Whether two annotations carry the same verdict and the same errors. */
export const isJudgedAlike = (a: Annotation, b: Annotation): boolean =>
  (a.evidence?.verdict ?? null) === (b.evidence?.verdict ?? null) && `${a.evidence?.errors ?? ''}` === `${b.evidence?.errors ?? ''}`;
