/** The changes that menus, keys and panels make: each a named step on the editor. */
import { cleaned } from '../geometry/areas';
import { overlaps } from '../geometry/bounds';
import { crossesItself } from '../geometry/rings';
import { boundsOfShape, moved } from '../geometry/shapes';
import { phrase, t } from '../language/language';
import { defaults, shapesOf } from '../model/ontology';
import { type Edit, saysTheSame } from '../model/operations';
import type { Annotation, AttributeValue, Shape, Verdict } from '../wire';
import type { Editor } from './editor';

const put = (annotation: Annotation): Edit => ({ kind: 'put', annotation });

/** Add a shape in the current category, and select it. One that lies wholly outside the picture is refused. */
export function addShape(editor: Editor, drawn: Shape, from?: Annotation['evidence']): void {
  const category = editor.category;
  if (!category) return;
  const { imageWidth, imageHeight } = editor.viewport;
  if (!overlaps(boundsOfShape(drawn), { left: 0, top: 0, right: imageWidth, bottom: imageHeight })) {
    editor.onWord(t('That lies outside the picture: nothing was drawn.'));
    return;
  }
  const shape = uncrossed(editor, drawn);
  const annotation = { id: editor.newId(), category: category.id, shape, attributes: defaults(category), ...(from ? { evidence: from } : {}) };
  editor.perform(t('Draw {{name}}', { name: category.name }), [put(annotation)]);
  editor.selection.select([annotation.id]);
}

/** An outline that crosses itself encloses other things than the hand meant: it is kept as what it encloses. */
function uncrossed(editor: Editor, shape: Shape): Shape {
  if (shape.kind !== 'polygon' || !shape.parts.flat().some((ring) => crossesItself(ring))) return shape;
  const clean = cleaned(shape);
  if (clean) {
    const count = clean.parts.length;
    editor.onWord(t('The outline crossed itself: it is kept as the {{count}} areas that it encloses.', { count }));
  }
  return clean ?? shape;
}

/** Give annotations new shapes. */
export function reshape(editor: Editor, shapes: ReadonlyMap<string, Shape>, title: string): void {
  const edits: Edit[] = [];
  for (const [id, shape] of shapes) {
    const before = editor.store.get(id);
    if (before) edits.push(put({ ...before, shape }));
  }
  editor.perform(title, edits);
}

/** Shift what is selected. */
export function nudge(editor: Editor, dx: number, dy: number): void {
  const shapes = new Map<string, Shape>();
  for (const annotation of editor.selected()) {
    if (annotation.shape && editor.mayTouch(annotation)) shapes.set(annotation.id, moved(annotation.shape, dx, dy));
  }
  reshape(editor, shapes, t('Move'));
}

export function remove(editor: Editor, ids: Iterable<string>): void {
  const gone = new Set([...ids].filter((id) => {
    const annotation = editor.store.get(id);
    return annotation && editor.mayTouch(annotation);
  }));
  const edits: Edit[] = [...gone].map((id) => ({ kind: 'delete', id }));
  // Relations that led to them lead nowhere now.
  for (const annotation of editor.store.all()) {
    if (!annotation.relations?.some(({ to }) => gone.has(to)) || gone.has(annotation.id)) continue;
    edits.push(put({ ...annotation, relations: annotation.relations.filter(({ to }) => !gone.has(to)) }));
  }
  editor.perform(gone.size === 1 ? 'Delete' : `Delete ${gone.size}`, edits);
}

/**
 * Move annotations to another category; attributes that it does not know are dropped. Annotations of
 * a kind that the category is not marked as stay what they are.
 */
export function recategorize(editor: Editor, ids: Iterable<string>, categoryId: string): void {
  const category = editor.categoryOf(categoryId);
  if (!category) return;
  const known = new Set((category.attributes ?? []).map((spec) => spec.id));
  const edits: Edit[] = [];
  for (const id of ids) {
    const before = editor.store.get(id);
    if (!before || before.category === categoryId || !editor.mayTouch(before)) continue;
    if (!shapesOf(category).includes(before.shape?.kind ?? 'tag')) continue;
    const kept = Object.entries(before.attributes ?? {}).filter(([name]) => known.has(name));
    edits.push(put({ ...before, category: categoryId, attributes: { ...defaults(category), ...Object.fromEntries(kept) } }));
  }
  editor.perform(t('Set category {{name}}', { name: category.name }), edits);
}

/** Set one attribute on annotations; undefined takes the value away. */
export function setAttribute(editor: Editor, ids: Iterable<string>, spec: string, value: AttributeValue | undefined): void {
  const edits: Edit[] = [];
  for (const id of ids) {
    const before = editor.store.get(id);
    if (!before || editor.readOnly) continue;
    const { [spec]: _, ...rest } = before.attributes ?? {};
    edits.push(put({ ...before, attributes: value === undefined ? rest : { ...rest, [spec]: value } }));
  }
  editor.perform(t('Set attribute'), edits);
}

/** The reason that stands for none given. */
export const UNSAID = 'no reason given';

/** Say of annotations that one cannot tell, with the reason, or take it back (null). */
export function setUnsure(editor: Editor, ids: Iterable<string>, reason: string | null): void {
  const chosen = [...ids].map((id) => editor.store.get(id)).filter((one) => one !== undefined);
  const edits = chosen.map(({ unsure: _, ...rest }) => put(reason ? { ...rest, unsure: reason } : rest));
  editor.perform(reason ? t('Cannot tell') : t('Can tell after all'), edits);
}

/** Put a tag on the item, or take it off. */
export function toggleTag(editor: Editor, categoryId: string): void {
  const there = editor.store.all().find((a) => !a.shape && a.category === categoryId);
  const category = editor.categoryOf(categoryId);
  if (there) editor.perform(t('Untag {{name}}', { name: category?.name ?? '' }), [{ kind: 'delete', id: there.id }]);
  else if (category && shapesOf(category).includes('tag')) {
    const tag = { id: editor.newId(), category: categoryId, attributes: defaults(category) };
    editor.perform(t('Tag {{name}}', { name: category.name }), [put(tag)]);
  }
}

/** The ids of predicted annotations that were taken over already. */
export function takenIn(editor: Editor): Set<string> {
  return new Set(editor.store.all().flatMap(({ evidence }) => (evidence?.prediction ? [evidence.prediction] : [])));
}

/** Take predicted annotations over as one's own; where they came from is kept. */
export function acceptPredicted(editor: Editor, predicted: readonly Annotation[], model: string): void {
  const taken = takenIn(editor);
  const fresh = predicted.filter((annotation) => !taken.has(annotation.id));
  const made = fresh.map(({ id, evidence, ...said }) => ({
    ...said,
    id: editor.newId(),
    evidence: { prediction: id, model, score: evidence?.score ?? null },
  }));
  editor.perform(t('Accept {{count}} predictions', { count: made.length }), made.map(put));
  editor.selection.select(made.map((annotation) => annotation.id));
}

const MARKS: Record<Verdict, string> = {
  accepted: phrase('Mark as accepted'),
  returned: phrase('Mark as to be corrected'),
  amended: phrase('Mark as amended'),
};

/** A reviewer's word on annotations. */
export function judge(editor: Editor, ids: Iterable<string>, verdict: Verdict | null): void {
  const edits = [...ids].map((id): Edit => ({ kind: 'judge', id, verdict }));
  editor.perform(verdict ? t(MARKS[verdict]) : t('Take verdict back'), edits);
}

/** Say what is wrong with annotations, or take it back: they are marked as to be corrected. */
export function nameError(editor: Editor, ids: Iterable<string>, code: string): void {
  const chosen = [...ids].map((id) => editor.store.get(id)).filter((one) => one !== undefined);
  const has = (annotation: Annotation) => annotation.evidence?.errors?.includes(code) ?? false;
  const takesBack = chosen.every(has);
  const edits = chosen.map((annotation): Edit => {
    const others = (annotation.evidence?.errors ?? []).filter((other) => other !== code);
    return { kind: 'judge', id: annotation.id, verdict: 'returned', errors: takesBack ? others : [...others, code] };
  });
  editor.perform(t('Say what is wrong'), edits);
}

let clipboard: readonly Annotation[] = [];

export function copy(editor: Editor): void {
  const chosen = editor.selected().filter((annotation) => annotation.shape);
  if (chosen.length > 0) clipboard = chosen;
}

export const canPaste = (): boolean => clipboard.length > 0;

/** Paste what was copied here or on an earlier item; beside the original where that is still there. */
export function paste(editor: Editor): void {
  const pasted = clipboard
    .filter((annotation) => editor.categoryOf(annotation.category))
    .map((annotation) => {
      const original = editor.store.get(annotation.id);
      const beside = original !== undefined && saysTheSame(original, annotation);
      const shift = beside ? 12 / editor.viewport.scale : 0;
      const { id: _id, evidence: _evidence, ...said } = annotation;
      return { ...said, id: editor.newId(), shape: moved(annotation.shape!, shift, shift) };
    });
  editor.perform(t('Paste {{count}} annotations', { count: pasted.length }), pasted.map(put));
  editor.selection.select(pasted.map((annotation) => annotation.id));
}

/** Select the next or previous annotation, and bring it into view if it is outside. */
export function step(editor: Editor, by: 1 | -1): void {
  const shown = editor.store.all().filter((annotation) => annotation.shape && editor.view.shows(annotation));
  if (shown.length === 0) return;
  const at = shown.findIndex((annotation) => editor.selection.has(annotation.id));
  const next = shown[(at < 0 ? (by > 0 ? 0 : shown.length - 1) : at + by + shown.length) % shown.length]!;
  editor.selection.select([next.id]);
  reveal(editor, next);
}

/** Bring an annotation into view. */
export function reveal(editor: Editor, annotation: Annotation): void {
  if (!annotation.shape) return;
  const bounds = boundsOfShape(annotation.shape);
  const seen = editor.viewport.seen();
  const inside =
    bounds.left >= seen.left && bounds.top >= seen.top && bounds.right <= seen.right && bounds.bottom <= seen.bottom;
  const tiny = (bounds.right - bounds.left) * editor.viewport.scale < 12;
  if (!inside || tiny) editor.viewport.show(bounds, 140);
}
