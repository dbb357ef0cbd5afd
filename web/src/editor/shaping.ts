/** Changes of areas and of kinds: joined, cut, turned, converted, grouped, related. */
import { cleaned, combined, type Combining, cutAlong, sideOf, simplified } from '../geometry/areas';
import { convert, spansOfShape } from '../geometry/convert';
import { sidesSwapped, withKeypoint } from '../geometry/kinds/skeleton';
import { type ImagePoint, imagePoint } from '../geometry/point';
import { areaOf, boundsOfShape, linesOf, turned } from '../geometry/shapes';
import { intersect, maskOf, type Spans, spansOf, spansOfRings, subtract, unite } from '../geometry/spans';
import { union } from '../geometry/bounds';
import { spoken, t } from '../language/language';
import { shapeWord } from '../language/shape-words';
import { shapesOf } from '../model/ontology';
import type { Edit } from '../model/operations';
import type { Annotation, Point, Shape } from '../wire';
import type { Editor } from './editor';

type Polygon = Extract<Shape, { kind: 'polygon' }>;
type Shaped = Annotation & { shape: Shape };

const SPANS: Record<Combining, (a: Spans, b: Spans) => Spans> = { join: unite, subtract, intersect };
const DONE: Record<Combining, string> = spoken({ join: 'Join areas', subtract: 'Subtract areas', intersect: 'Intersect areas' });

const put = (annotation: Annotation): Edit => ({ kind: 'put', annotation });
const ringOf = (corners: readonly ImagePoint[]): Point[] => corners.map(({ x, y }) => [x, y]);

function touchable(editor: Editor): Shaped[] {
  return editor.selected().filter((entry): entry is Shaped => entry.shape != null && editor.mayTouch(entry));
}

/** Join a drawn area to what is selected, or cut it out. */
export function combineWith(editor: Editor, how: Combining, corners: readonly ImagePoint[]): void {
  const area: Polygon = { kind: 'polygon', parts: [[ringOf(corners)]] };
  const edits = touchable(editor).flatMap((entry): Edit[] => {
    const shape = merged(how, entry.shape, area);
    if (shape === undefined) return [];
    return [shape ? put({ ...entry, shape }) : { kind: 'delete', id: entry.id }];
  });
  editor.perform(how === 'join' ? t('Add a part') : t('Cut out'), edits);
}

/**
 * Join, subtract or intersect what is selected. The one selected first keeps its id, category and
 * attributes. Joining and intersecting use the others up; subtracting leaves them as they are.
 */
export function combineSelected(editor: Editor, how: Combining): void {
  const all = new Map(touchable(editor).map((entry) => [entry.id, entry]));
  const [first, ...others] = [...editor.selection.ids].flatMap((id) => all.get(id) ?? []);
  if (!first || others.length === 0) {
    editor.onWord(t('Select two or more areas first: the first one selected is kept.'));
    return;
  }
  let shape: Shape | null | undefined = first.shape;
  for (const other of others) shape = shape && merged(how, shape, other.shape);
  if (shape === undefined) {
    editor.onWord(t('Only polygons and masks can be combined: convert the first one.'));
    return;
  }
  if (shape === null) {
    editor.onWord(t('Nothing would be left.'));
    return;
  }
  const gone: Edit[] = how === 'subtract' ? [] : others.map(({ id }) => ({ kind: 'delete', id }));
  editor.perform(DONE[how], [put({ ...first, shape }), ...gone]);
  editor.selection.select([first.id]);
}

/** Two shapes made one: null if nothing is left, undefined where the first is neither polygon nor mask. */
function merged(how: Combining, shape: Shape, other: Shape): Shape | null | undefined {
  if (shape.kind === 'mask') return maskOf(SPANS[how](spansOf(shape), spansOfShape(other)));
  if (shape.kind !== 'polygon') return undefined;
  const area = other.kind === 'polygon' ? other : convert(other, 'polygon', 0.5)?.shape;
  return area?.kind === 'polygon' ? combined(how, shape, area) : shape;
}

/** Cut what is selected along a line; with nothing selected, every polygon and mask that it crosses. */
export function cut(editor: Editor, corners: readonly ImagePoint[]): void {
  const line = ringOf(corners);
  const chosen = touchable(editor);
  const reached = chosen.length > 0 ? chosen : crossedBy(editor, line);
  const edits = reached.flatMap((entry): Edit[] => {
    const pieces = piecesOf(entry.shape, line).sort((a, b) => areaOf(b) - areaOf(a));
    if (pieces.length < 2) return [];
    const [largest, ...rest] = pieces;
    const { evidence: _, id: __, ...said } = entry;
    return [put({ ...entry, shape: largest! }), ...rest.map((shape) => put({ ...said, id: editor.newId(), shape }))];
  });
  if (edits.length === 0) editor.onWord(t('The line cuts no polygon and no mask in two.'));
  editor.perform(t('Cut'), edits);
}

function crossedBy(editor: Editor, line: readonly Point[]): Shaped[] {
  const xs = line.map(([x]) => x);
  const ys = line.map(([, y]) => y);
  const area = { left: Math.min(...xs), top: Math.min(...ys), right: Math.max(...xs), bottom: Math.max(...ys) };
  return editor.store.inside(area).filter((entry): entry is Shaped => entry.shape != null && editor.mayTouch(entry));
}

function piecesOf(shape: Shape, line: readonly Point[]): Shape[] {
  if (shape.kind === 'polygon') return cutAlong(shape, line);
  if (shape.kind !== 'mask') return [];
  const { left, top, right, bottom } = boundsOfShape(shape);
  const frame: Polygon = { kind: 'polygon', parts: [[[[left, top], [right, top], [right, bottom], [left, bottom]]]] };
  const side = spansOfRings(sideOf(frame, line).parts.flat(), { left, top, right, bottom });
  return [intersect(spansOf(shape), side), subtract(spansOf(shape), side)].flatMap((spans) => maskOf(spans) ?? []);
}

/** Make what is selected another kind of shape, and tell what that cost. */
export function convertSelected(editor: Editor, kind: Shape['kind']): void {
  const edits: Edit[] = [];
  let worst = 1;
  let refused = 0;
  for (const entry of touchable(editor)) {
    const category = editor.categoryOf(entry.category);
    const made = category && shapesOf(category).includes(kind) ? convert(entry.shape, kind, editor.options.tolerance) : null;
    if (!made) refused += entry.shape.kind === kind ? 0 : 1;
    else {
      worst = Math.min(worst, made.iou ?? 1);
      edits.push(put({ ...entry, shape: made.shape }));
    }
  }
  editor.perform(t('Convert to {{kind}}', { kind: shapeWord(kind) }), edits);
  if (refused > 0) editor.onWord(t('{{refused}} of the selected cannot become {{kind}}: their category or kind does not allow it.', { refused, kind: shapeWord(kind) }));
  else if (edits.length > 0) editor.onWord(t('Converted {{number}}: IoU with the shape before is {{iou}} at least.', { number: edits.length, iou: worst.toFixed(3) }));
}

/** Fewer corners for polygons and lines of many, none further off than the tolerance. */
export function thinSelected(editor: Editor): void {
  const edits = touchable(editor).flatMap((entry): Edit[] => {
    const shape = entry.shape.kind === 'polygon' ? simplified(entry.shape, editor.options.tolerance) : null;
    return shape && cornersOf(shape) < cornersOf(entry.shape) ? [put({ ...entry, shape })] : [];
  });
  if (edits.length === 0) editor.onWord(t('No polygon among the selected has corners to spare.'));
  editor.perform(t('Thin out corners'), edits);
}

const cornersOf = (shape: Shape): number => linesOf(shape).reduce((sum, { points }) => sum + points.length, 0);

/** Outlines without self-crossing: what they enclose, by the even-odd rule. */
export function cleanSelected(editor: Editor): void {
  const edits = touchable(editor).flatMap((entry): Edit[] => {
    const shape = entry.shape.kind === 'polygon' ? cleaned(entry.shape) : null;
    return shape ? [put({ ...entry, shape })] : [];
  });
  editor.perform(t('Clean outlines'), edits);
}

/** Turn what is selected about its common middle. Boxes become rotated boxes where their category knows those. */
export function turnSelected(editor: Editor, angle: number): void {
  const chosen = touchable(editor);
  if (chosen.length === 0) return;
  const { left, top, right, bottom } = chosen.map(({ shape }) => boundsOfShape(shape)).reduce(union);
  const about = imagePoint((left + right) / 2, (top + bottom) / 2);
  const edits = chosen.flatMap((entry): Edit[] => {
    const category = editor.categoryOf(entry.category);
    const isUpright = entry.shape.kind === 'box' && category && shapesOf(category).includes('rotated_box');
    const base = isUpright ? (convert(entry.shape, 'rotated_box', 0)?.shape ?? entry.shape) : entry.shape;
    const shape = turned(base, angle, about);
    return shape ? [put({ ...entry, shape })] : [];
  });
  if (edits.length === 0) editor.onWord(t('Boxes and masks cannot be turned: convert them first.'));
  editor.perform(t('Turn'), edits);
}

/** Exchange left and right keypoints of the selected skeletons. */
export function swapSides(editor: Editor): void {
  const edits = touchable(editor).flatMap((entry): Edit[] => {
    const swaps = editor.categoryOf(entry.category)?.skeleton?.swaps ?? [];
    return entry.shape.kind === 'skeleton' && swaps.length > 0 ? [put({ ...entry, shape: sidesSwapped(entry.shape, swaps) })] : [];
  });
  if (edits.length === 0) editor.onWord(t('The template of this category pairs no left and right keypoints.'));
  editor.perform(t('Swap left and right'), edits);
}

/** Say of a keypoint that it is visible (2), occluded (1) or absent (0). */
export function setVisibility(editor: Editor, id: string, index: number, visibility: number): void {
  const entry = editor.store.get(id);
  if (entry?.shape?.kind !== 'skeleton' || !editor.mayTouch(entry)) return;
  const shape = withKeypoint(entry.shape, index, ([x, y]) => [x, y, visibility]);
  if (shape.keypoints.every(([, , v]) => v === 0)) editor.onWord(t('One keypoint must stay: delete the skeleton instead.'));
  else editor.perform(t('Set visibility'), [put({ ...entry, shape })]);
}

/** Put what is selected into one group. */
export function group(editor: Editor): void {
  const chosen = editor.selected().filter((entry) => editor.mayTouch(entry));
  if (chosen.length < 2) {
    editor.onWord(t('Select two or more to group them.'));
    return;
  }
  const id = editor.newId();
  editor.perform(t('Group {{count}} annotations', { count: chosen.length }), chosen.map((entry) => put({ ...entry, group: id })));
}

/** Take what is selected out of its groups. */
export function ungroup(editor: Editor): void {
  const grouped = editor.selected().filter((entry) => entry.group && editor.mayTouch(entry));
  editor.perform(t('Ungroup'), grouped.map((entry) => put({ ...entry, group: null })));
}

/** Select everything that is in a group with what is selected. */
export function selectGroup(editor: Editor): void {
  const groups = new Set(editor.selected().flatMap(({ group: id }) => id ?? []));
  editor.selection.select(editor.store.all().flatMap(({ id, group: own }) => (own && groups.has(own) ? [id] : [])), 'add');
}

/** Lead from one annotation to another; the same relation a second time is taken away. */
export function relate(editor: Editor, from: string, to: string): void {
  const specs = editor.ontology.relations ?? [];
  const spec = specs.find(({ id }) => id === editor.relationKind) ?? specs[0];
  const entry = editor.store.get(from);
  const target = editor.store.get(to);
  if (!spec || !entry || !target) return;
  const own = entry.relations ?? [];
  const isThere = own.some((relation) => relation.kind === spec.id && relation.to === to);
  const back = spec.directed === false && (target.relations ?? []).some((relation) => relation.kind === spec.id && relation.to === from);
  if (back) return;
  const relations = isThere ? own.filter((relation) => relation.kind !== spec.id || relation.to !== to) : [...own, { kind: spec.id, to }];
  editor.perform(isThere ? t('Take “{{name}}” away', { name: spec.name }) : t('Relate: {{name}}', { name: spec.name }), [put({ ...entry, relations })]);
}

/** Take one relation away. */
export function unrelate(editor: Editor, from: string, kind: string, to: string): void {
  const entry = editor.store.get(from);
  if (!entry) return;
  const relations = (entry.relations ?? []).filter((relation) => relation.kind !== kind || relation.to !== to);
  editor.perform(t('Take a relation away'), [put({ ...entry, relations })]);
}
