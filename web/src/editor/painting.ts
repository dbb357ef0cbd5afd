/** Changes of masks: strokes of a brush or eraser, lassos, and holes that are filled. */
import type { ImagePoint } from '../geometry/point';
import { areaOf } from '../geometry/shapes';
import {
  boundsOfSpans,
  clipped,
  holeAt,
  maskOf,
  type Spans,
  spansOf,
  spansOfRings,
  spansOfStroke,
  subtract,
  unite,
} from '../geometry/spans';
import { t } from '../language/language';
import { defaults } from '../model/ontology';
import type { Edit } from '../model/operations';
import type { Annotation, Point, Shape } from '../wire';
import type { Editor } from './editor';
import type { Stroke } from './preview';

type Mask = Extract<Shape, { kind: 'mask' }>;

/** Set or clear the pixels under a stroke. */
export function paint(editor: Editor, { points, radius, erase, target }: Stroke): void {
  change(editor, spansOfStroke(points, radius), erase, target);
}

/** Set or clear the pixels inside a line. */
export function lasso(editor: Editor, ring: readonly ImagePoint[], erase: boolean, target: string | null): void {
  change(editor, spansOfRings([ring.map(({ x, y }): Point => [x, y])]), erase, target);
}

/** Fill the hole of a mask that is clicked: of the selected one, else of any. */
export function fill(editor: Editor, at: ImagePoint): void {
  const [x, y] = [Math.floor(at.x), Math.floor(at.y)];
  const chosen = editor.selected().filter(isMask);
  const candidates = chosen.length > 0 ? chosen : masksAround(editor, { left: x, top: y, right: x + 1, bottom: y + 1 });
  for (const annotation of candidates.filter((entry) => editor.mayTouch(entry))) {
    const hole = holeAt(spansOf(annotation.shape), x, y);
    if (!hole) continue;
    editor.perform(t('Fill a hole'), [...put(annotation, unite(spansOf(annotation.shape), hole)), ...taken(editor, hole, annotation.id)]);
    editor.selection.select([annotation.id]);
    return;
  }
  editor.onWord(t('There is no closed hole of a mask here.'));
}

function change(editor: Editor, stroke: Spans, erase: boolean, target: string | null): void {
  const { imageWidth, imageHeight } = editor.viewport;
  const spans = clipped(stroke, imageWidth, imageHeight);
  const bounds = boundsOfSpans(spans);
  if (!bounds) {
    editor.onWord(t('That lies outside the picture.'));
    return;
  }
  const own = target ? editor.store.get(target) : undefined;
  if (erase) {
    const reached = own && isMask(own) ? [own] : masksAround(editor, bounds);
    const edits = reached.filter((entry) => editor.mayTouch(entry)).flatMap((entry) => cleared(entry, spans));
    editor.perform(t('Erase'), edits);
    return;
  }
  if (own && isMask(own) && editor.mayTouch(own)) {
    editor.perform(t('Paint'), [...put(own, unite(spansOf(own.shape), spans)), ...taken(editor, spans, own.id)]);
    return;
  }
  begin(editor, spans);
}

function begin(editor: Editor, spans: Spans): void {
  const { category } = editor;
  const shape = maskOf(spans);
  if (!category || !shape || !editor.mayDraw('mask')) return;
  const annotation: Annotation = { id: editor.newId(), category: category.id, shape, attributes: defaults(category) };
  editor.perform(t('Paint {{name}}', { name: category.name }), [{ kind: 'put', annotation }, ...taken(editor, spans, annotation.id)]);
  editor.selection.select([annotation.id]);
}

/** In panoptic mode, what other masks lose to a stroke. */
function taken(editor: Editor, spans: Spans, except: string): Edit[] {
  const bounds = boundsOfSpans(spans);
  if (!editor.options.panoptic || !bounds) return [];
  const others = masksAround(editor, bounds).filter((entry) => entry.id !== except && editor.mayTouch(entry));
  return others.flatMap((entry) => cleared(entry, spans));
}

function cleared(annotation: Annotation & { shape: Mask }, spans: Spans): Edit[] {
  const left = subtract(spansOf(annotation.shape), spans);
  const mask = maskOf(left);
  if (!mask) return [{ kind: 'delete', id: annotation.id }];
  return areaOf(mask) === areaOf(annotation.shape) ? [] : [{ kind: 'put', annotation: { ...annotation, shape: mask } }];
}

function put(annotation: Annotation, spans: Spans): Edit[] {
  const shape = maskOf(spans);
  return shape ? [{ kind: 'put', annotation: { ...annotation, shape } }] : [];
}

function masksAround(editor: Editor, area: { left: number; top: number; right: number; bottom: number }) {
  return editor.store.inside(area).filter(isMask).filter((entry) => editor.view.shows(entry));
}

function isMask(annotation: Annotation): annotation is Annotation & { shape: Mask } {
  return annotation.shape?.kind === 'mask';
}
