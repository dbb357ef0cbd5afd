/**
 * A proposal that a person takes becomes an annotation like any that a hand drew: the person decided.
 *
 * It becomes what the category allows: the kind it was proposed as, or the one that was chosen, else the
 * nearest to it. What a conversion costs is told as IoU of the pixels before and after.
 */
import { simplified } from '../geometry/areas';
import { convert, spansOfShape } from '../geometry/convert';
import { clipped, maskOf } from '../geometry/spans';
import { t } from '../language/language';
import { shapeWord } from '../language/shape-words';
import { shapesOf } from '../model/ontology';
import type { Category, Shape } from '../wire';
import { addShape } from './changes';
import type { Editor } from './editor';
import type { Prompting, Proposal, Result } from './prompting';

type Kind = Shape['kind'];

/** Kinds from the one that keeps most of an area to the one that keeps least. */
const BEST_FIRST: readonly Kind[] = ['mask', 'polygon', 'rotated_box', 'ellipse', 'box'];
const OUTLINE_FIRST: readonly Kind[] = ['polygon', 'mask', 'rotated_box', 'ellipse', 'box'];

/** What a proposal becomes in a category; null if it allows no area at all. */
export function resultOf(category: Category | undefined, proposed: Kind, wanted: Result): Kind | null {
  const allowed = category ? shapesOf(category) : [];
  if (wanted !== 'auto' && allowed.includes(wanted)) return wanted;
  const order = proposed === 'mask' ? BEST_FIRST : OUTLINE_FIRST;
  return order.find((kind) => allowed.includes(kind)) ?? null;
}

/** Add what was proposed, and tell what it became. */
export function takeProposal(editor: Editor, prompting: Prompting, { shape, grain = 1, model, score }: Proposal): void {
  // What was found on a shrunken copy is no finer than its pixels.
  const tolerance = editor.options.tolerance * Math.max(1, grain);
  const proposed = shape && inside(editor, shape, tolerance);
  if (!proposed) {
    editor.onWord(t('Nothing was proposed, so nothing was drawn.'));
    return;
  }
  const kind = resultOf(editor.category, proposed.kind, prompting.settings.result);
  if (!kind) {
    editor.onWord(t('The category “{{name}}” takes no area: choose another one.', { name: editor.category?.name ?? '' }));
    return;
  }
  const made = kind === proposed.kind ? { shape: proposed, iou: null } : convert(proposed, kind, tolerance);
  if (!made) {
    editor.onWord(t('What was proposed cannot become this: {{kind}}.', { kind: shapeWord(kind) }));
    return;
  }
  addShape(editor, made.shape, model ? { model, score: score ?? null } : undefined);
  prompting.tell(words(made.shape, made.iou));
}

/** The part of it that lies on the item. */
function inside({ viewport: { imageWidth, imageHeight } }: Editor, shape: Shape, tolerance: number): Shape | null {
  if (shape.kind === 'mask') return maskOf(clipped(spansOfShape(shape), imageWidth, imageHeight));
  return shape.kind === 'polygon' ? (simplified(shape, tolerance) ?? shape) : shape;
}

function words(shape: Shape, iou: number | null): string {
  const kind = shapeWord(shape.kind);
  const corners = shape.kind === 'polygon' ? shape.parts.flat().reduce((sum, ring) => sum + ring.length, 0) : 0;
  const what = corners ? t('Taken as {{kind}} of {{corners}} corners', { kind, corners }) : t('Taken as {{kind}}', { kind });
  return iou === null ? what : what + t(', IoU {{iou}} with what was proposed', { iou: iou.toFixed(3) });
}
