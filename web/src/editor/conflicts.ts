/** Choosing between two versions of an annotation: what each choice changes, as edits of one step. */
import { t } from '../language/language';
import { differing, withFields } from '../model/fields';
import type { Edit, Marking } from '../model/operations';
import type { Annotation } from '../wire';
import type { Editor } from './editor';

/** A version that was put aside; without an annotation it is a deletion. `fields`: what is in question. */
export interface Aside {
  readonly operation: string;
  readonly fields?: readonly string[];
  readonly annotation?: Marking | null;
}

export type Choice = 'standing' | 'aside' | 'both';

/** An annotation with a version's say in the fields in question; null: deleted. */
export function versionShown(standing: Annotation | undefined, { annotation, fields }: Aside): Annotation | null {
  if (!annotation) return null;
  if (!standing || !fields?.length) return annotation;
  return withFields(standing, { ...annotation, evidence: standing.evidence }, fields);
}

/** The fields in which a version differs from what stands. */
export function inQuestion(standing: Annotation | undefined, aside: Aside): readonly string[] {
  const shown = versionShown(standing, aside);
  return standing && shown ? differing(standing, shown) : [];
}

/** Whether both versions can be kept: as two annotations, so a deletion cannot. */
export const canKeepBoth = (standing: Annotation | undefined, aside: Aside): boolean =>
  standing !== undefined && Boolean(aside.annotation);

/** Settle one version that was put aside. The choice is a step like any other. */
export function choose(editor: Editor, id: string, aside: Aside, choice: Choice): void {
  const standing = editor.store.get(id);
  const settles = [aside.operation];
  const shown = versionShown(standing, aside);
  const stay: Edit = standing
    ? { kind: 'put', annotation: standing, fields: [], settles }
    : { kind: 'delete', id, settles };
  if (choice === 'standing') editor.perform(t('Choose a version'), [stay]);
  else if (choice === 'aside') editor.perform(t('Choose a version'), [taken(id, standing, shown, aside, settles)]);
  else if (shown) {
    const copy = { ...shown, id: editor.newId(), evidence: {} };
    editor.perform(t('Keep both versions'), [stay, { kind: 'put', annotation: copy }]);
  }
}

function taken(
  id: string,
  standing: Annotation | undefined,
  shown: Annotation | null,
  { fields }: Aside,
  settles: readonly string[],
): Edit {
  if (!shown) return { kind: 'delete', id, settles };
  return { kind: 'put', annotation: shown, settles, ...(standing && fields?.length ? { fields } : {}) };
}
