/** The annotations after operations, in their order; the same rule as on the server. */
import type { Annotation } from '../wire';
import { editOf, type Operation } from './operations';

export function fold(annotations: readonly Annotation[], operations: readonly Operation[]): Annotation[] {
  const byId = new Map(annotations.map((annotation) => [annotation.id, annotation]));
  for (const operation of operations) {
    const id = operation.kind === 'put' ? operation.annotation.id : operation.annotation;
    const before = byId.get(id);
    const edit = editOf(operation, before);
    if (edit.kind === 'put') byId.set(id, edit.annotation);
    else if (edit.kind === 'delete') byId.delete(id);
    else if (before) byId.set(id, { ...before, evidence: { ...before.evidence, verdict: edit.verdict } });
  }
  return [...byId.values()];
}
