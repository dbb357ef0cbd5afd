/** What an answer has otherwise than the reference, as rows to read and to walk through. */
import type { Annotation, Document } from '../../wire';
import type { GoldScore } from './wire';

export type Difference = 'right' | 'category' | 'attributes' | 'missing' | 'extra';

export interface Row {
  kind: Difference;
  /** The annotation that is right, where there is one. */
  reference: Annotation | null;
  /** What was answered, where there is something. */
  given: Annotation | null;
  iou: number | null;
  attributes: string[];
}

const ORDER: Difference[] = ['missing', 'extra', 'category', 'attributes', 'right'];

/** Rows in the order of their weight: what was missed first, what is right last. */
export function differences(reference: Document, given: Document, detail: GoldScore): Row[] {
  const right = new Map(reference.annotations.map((one) => [one.id, one]));
  const said = new Map(given.annotations.map((one) => [one.id, one]));
  const rows: Row[] = detail.matched.map((pair) => ({
    kind: !pair.same_category ? 'category' : (pair.wrong_attributes ?? []).length > 0 ? 'attributes' : 'right',
    reference: right.get(pair.reference) ?? null,
    given: said.get(pair.answer) ?? null,
    iou: pair.iou,
    attributes: pair.wrong_attributes ?? [],
  }));
  for (const id of detail.missing) rows.push(alone('missing', right.get(id) ?? null, null));
  for (const id of detail.extra) rows.push(alone('extra', null, said.get(id) ?? null));
  return rows.sort((one, other) => ORDER.indexOf(one.kind) - ORDER.indexOf(other.kind));
}

function alone(kind: Difference, reference: Annotation | null, given: Annotation | null): Row {
  return { kind, reference, given, iou: null, attributes: [] };
}
