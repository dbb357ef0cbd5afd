/** The annotations after operations, in their order; the same rule as on the server. */
import type { Annotation } from '../wire';
import { editOf, judged, type Operation, targetOf } from './operations';

/** One annotation after an operation on it; undefined: it is not there. */
export function after(before: Annotation | undefined, operation: Operation): Annotation | undefined {
  const edit = editOf(operation, before);
  if (edit.kind === 'put') return edit.annotation;
  // A deletion that clashes removes nothing until a person has chosen.
  if (edit.kind === 'delete') return operation.clashes?.length ? before : undefined;
  return before && { ...before, evidence: judged(before.evidence, edit) };
}

export function fold(annotations: readonly Annotation[], operations: readonly Operation[]): Annotation[] {
  const byId = new Map(annotations.map((annotation) => [annotation.id, annotation]));
  for (const operation of operations) {
    const id = targetOf(operation);
    const now = after(byId.get(id), operation);
    if (now) byId.set(id, now);
    else byId.delete(id);
  }
  return [...byId.values()];
}
