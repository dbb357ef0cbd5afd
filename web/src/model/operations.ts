/** Operations as they stand on the wire, and the edits they are made from. */
import type { Annotation, AttributeValue, Relation, Shape, Verdict } from '../wire';
import { freshId } from './ids';

export interface Marking {
  id: string;
  category: string;
  shape?: Shape | null;
  attributes?: Record<string, AttributeValue>;
  group?: string | null;
  relations?: Relation[];
  flags?: Record<string, boolean | number | string>;
}

interface Stamp {
  id: string;
  at: number;
  seconds: number;
}

export type Put = Stamp & {
  kind: 'put';
  annotation: Marking;
  prediction?: string | null;
  model?: string | null;
  score?: number | null;
};
export type Delete = Stamp & { kind: 'delete'; annotation: string };
export type Judge = Stamp & { kind: 'judge'; annotation: string; verdict: Verdict | null };
export type Operation = Put | Delete | Judge;

/** One change of one annotation, before it is stamped as an operation. */
export type Edit =
  | { kind: 'put'; annotation: Annotation }
  | { kind: 'delete'; id: string }
  | { kind: 'judge'; id: string; verdict: Verdict | null };

/** The operation that carries an edit to the server; only the first of a group carries the seconds. */
export function operationOf(edit: Edit, at: number, seconds: number): Operation {
  const stamp: Stamp = { id: freshId(at), at, seconds };
  if (edit.kind === 'delete') return { kind: 'delete', ...stamp, annotation: edit.id };
  if (edit.kind === 'judge') return { kind: 'judge', ...stamp, annotation: edit.id, verdict: edit.verdict };
  const { id, category, shape, attributes, group, relations, flags, evidence } = edit.annotation;
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
    },
  };
  if (evidence?.prediction) {
    put.prediction = evidence.prediction;
    put.model = evidence.model ?? null;
    put.score = evidence.score ?? null;
  }
  return put;
}

/** The edit that an operation from elsewhere makes here. */
export function editOf(operation: Operation, before: Annotation | undefined): Edit {
  if (operation.kind === 'delete') return { kind: 'delete', id: operation.annotation };
  if (operation.kind === 'judge') return { kind: 'judge', id: operation.annotation, verdict: operation.verdict };
  // What was judged is no longer what stands there.
  const evidence = before
    ? { ...before.evidence, verdict: null }
    : {
        prediction: operation.prediction ?? null,
        model: operation.model ?? null,
        score: operation.score ?? null,
      };
  return { kind: 'put', annotation: { ...operation.annotation, evidence } };
}

/** Whether two annotations say the same, whatever their evidence. */
export function saysTheSame(a: Annotation, b: Annotation): boolean {
  const said = (x: Annotation) =>
    JSON.stringify([x.category, x.shape ?? null, x.attributes ?? {}, x.group ?? null, x.relations ?? [], x.flags ?? {}]);
  return said(a) === said(b);
}
