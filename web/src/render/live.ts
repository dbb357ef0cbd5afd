/** The live layer: what is selected, in the making, on the move, proposed next, or pinned. */
import type { Editor } from '../editor/editor';
import type { Preview } from '../editor/preview';
import type { ImagePoint } from '../geometry/point';
import { boundsOfShape, handlesOf } from '../geometry/shapes';
import { colorOf } from '../model/ontology';
import type { Annotation, Category, Issue } from '../wire';
import { paintAids } from './aids';
import { paintBonds } from './bonds';
import { type Look, type Place, paintShape, underlay } from './painters';
import { paintProposal } from './proposal';
import type { StrokeLayer } from './stroke';

export interface Live {
  editor: Editor;
  preview: Preview;
  predictions: readonly Annotation[];
  focused: string | null;
  issues: readonly Issue[];
  pointer: ImagePoint | null;
  crosshair: boolean;
  strokes: StrokeLayer;
  place: Place;
}

/** More than so many selected annotations are painted with the resting ones. */
export const BULK = 200;

const HANDLE = 4;
const PIN = '#D55E00';

/** How a selected annotation looks. */
export const selectedLook = (color: string, fill: number): Look => ({
  color,
  fill: fill + 0.12,
  width: 2,
  halo: { color: '#ffffff', width: 4 },
});

export function paintLive(context: CanvasRenderingContext2D, live: Live): void {
  paintFocused(context, live);
  paintSelected(context, live);
  paintMoving(context, live);
  paintBonds(context, live);
  paintStroke(context, live);
  paintHandles(context, live);
  paintDrawing(context, live);
  paintFrame(context, live);
  if (live.preview.smart) paintProposal(context, live.preview.smart, colorOf(live.editor.category), live.place);
  paintAids(context, live);
  for (const issue of live.issues) paintPin(context, live, issue);
  if (live.crosshair && live.pointer) paintCrosshair(context, live, live.pointer);
}

/** What a look takes from the category beside its color: the hatch, and the edges of a skeleton. */
export function signs(category: Category | undefined, { view, ontology }: Editor): Pick<Look, 'pattern' | 'edges'> {
  if (!category) return {};
  const edges = category.skeleton?.edges;
  const pattern = view.patterns ? (ontology.categories ?? []).indexOf(category) : -1;
  return { ...(edges ? { edges } : {}), ...(pattern >= 0 ? { pattern } : {}) };
}

/** The prediction that would be accepted next; the others rest in the still layer. */
function paintFocused(context: CanvasRenderingContext2D, { editor, predictions, focused, place }: Live): void {
  const found = editor.view.predictions ? predictions.find((annotation) => annotation.id === focused) : undefined;
  if (!found?.shape || editor.view.hiddenCategories.has(found.category)) return;
  const color = colorOf(editor.categoryOf(found.category));
  const look = { color, fill: 0.22, width: 2.5, dash: [6, 4], halo: underlay(color, 4) };
  paintShape(context, found.shape, look, place);
}

function paintSelected(context: CanvasRenderingContext2D, { editor, preview, place }: Live): void {
  const isBulk = editor.selection.ids.size > BULK;
  for (const annotation of editor.selected()) {
    if (!annotation.shape || !editor.view.shows(annotation)) continue;
    const moving = preview.moving?.get(annotation.id);
    if (isBulk && !moving) continue;
    const category = editor.categoryOf(annotation.category);
    const look = { ...selectedLook(colorOf(category), editor.view.fill), ...signs(category, editor) };
    if (preview.stroke?.target === annotation.id) continue;
    if (isBulk) paintShape(context, moving!, { color: look.color, fill: 0, width: 2 }, place);
    else paintShape(context, moving ?? annotation.shape, { ...look, name: category?.name ?? 'unknown' }, place);
  }
}

function paintMoving(context: CanvasRenderingContext2D, live: Live): void {
  for (const [id, shape] of live.preview.moving ?? []) {
    if (live.editor.selection.has(id)) continue;
    const category = live.editor.categoryOf(live.editor.store.get(id)?.category ?? null);
    paintShape(context, shape, { color: colorOf(category), fill: 0.2, width: 2, ...signs(category, live.editor) }, live.place);
  }
}

function paintHandles(context: CanvasRenderingContext2D, { editor, preview, place }: Live): void {
  const only = editor.selection.only;
  const annotation = only ? editor.store.get(only) : undefined;
  if (!annotation?.shape || !editor.mayTouch(annotation)) return;
  const size = HANDLE * place.ratio;
  context.setLineDash([]);
  context.lineWidth = 1.5 * place.ratio;
  for (const handle of handlesOf(preview.moving?.get(annotation.id) ?? annotation.shape, place.scale / place.ratio)) {
    const [x, y] = [handle.at.x * place.scale + place.left, handle.at.y * place.scale + place.top];
    const half = handle.insert ? size * 0.6 : size;
    context.fillStyle = handle.insert ? '#ffffffb0' : '#ffffff';
    context.strokeStyle = '#1b2428';
    if (handle.round) {
      context.beginPath();
      context.arc(x, y, size * 1.2, 0, Math.PI * 2);
      context.fill();
      context.stroke();
      continue;
    }
    context.fillRect(x - half, y - half, half * 2, half * 2);
    if (!handle.insert) context.strokeRect(x - half, y - half, half * 2, half * 2);
  }
}

function paintDrawing(context: CanvasRenderingContext2D, live: Live): void {
  const drawing = live.preview.drawing;
  if (!drawing) return;
  const color = colorOf(live.editor.category);
  if (drawing.shape) {
    const extra = signs(live.editor.category, live.editor);
    paintShape(context, drawing.shape, { ...extra, color: '#ffffff', fill: 0, width: 3.5 }, live.place);
    paintShape(context, drawing.shape, { ...extra, color, fill: 0.15, width: 2 }, live.place);
  }
  const [first] = drawing.path;
  if (!first) return;
  const { place } = live;
  const at = (p: ImagePoint): [number, number] => [p.x * place.scale + place.left, p.y * place.scale + place.top];
  context.setLineDash([]);
  for (const [width, style] of [
    [3.5, '#ffffff'],
    [2, color],
  ] as const) {
    context.lineWidth = width * place.ratio;
    context.strokeStyle = style;
    context.beginPath();
    drawing.path.forEach((p, i) => (i ? context.lineTo(...at(p)) : context.moveTo(...at(p))));
    context.stroke();
  }
  context.fillStyle = drawing.closable ? color : '#ffffff';
  context.beginPath();
  context.arc(...at(first), (drawing.closable ? 7 : 4) * place.ratio, 0, Math.PI * 2);
  context.fill();
  context.stroke();
}

function paintStroke(context: CanvasRenderingContext2D, { editor, preview, strokes, place }: Live): void {
  const { stroke } = preview;
  if (!stroke) return;
  const target = stroke.target ? editor.store.get(stroke.target) : undefined;
  const category = target ? editor.categoryOf(target.category) : editor.category;
  const look = selectedLook(colorOf(category), editor.view.fill);
  strokes.paint(context, stroke, target?.shape ?? null, look, place);
}

function paintFrame(context: CanvasRenderingContext2D, { preview, place }: Live): void {
  if (!preview.frame) return;
  paintShape(context, { kind: 'box', ...preview.frame }, { color: '#56B4E9', fill: 0.12, width: 1, dash: [4, 3] }, place);
}

function paintPin(context: CanvasRenderingContext2D, { editor, place }: Live, issue: Issue): void {
  if (issue.state !== 'open') return;
  const target = issue.annotation ? editor.store.get(issue.annotation)?.shape : undefined;
  const bounds = target ? boundsOfShape(target) : null;
  const at = issue.x !== null && issue.y !== null ? [issue.x, issue.y] : bounds ? [bounds.right, bounds.top] : null;
  if (!at) return;
  const [x, y] = [at[0]! * place.scale + place.left, at[1]! * place.scale + place.top];
  const r = 9 * place.ratio;
  context.setLineDash([]);
  context.fillStyle = PIN;
  context.strokeStyle = '#ffffff';
  context.lineWidth = 2 * place.ratio;
  context.beginPath();
  context.arc(x, y - r * 1.5, r, Math.PI * 0.8, Math.PI * 2.2);
  context.lineTo(x, y);
  context.closePath();
  context.fill();
  context.stroke();
  context.fillStyle = '#ffffff';
  context.font = `700 ${12 * place.ratio}px ui-sans-serif, system-ui, sans-serif`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillText('!', x, y - r * 1.5);
  context.textAlign = 'start';
}

function paintCrosshair(context: CanvasRenderingContext2D, { editor, place }: Live, pointer: ImagePoint): void {
  // Level on the screen, however the view is turned.
  const at = editor.viewport.toScreen(pointer);
  const [x, y] = [at.x * place.ratio, at.y * place.ratio];
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.setLineDash([]);
  context.lineWidth = place.ratio;
  for (const [offset, style] of [
    [0, '#ffffffa0'],
    [1, '#00000070'],
  ] as const) {
    context.strokeStyle = style;
    context.beginPath();
    context.moveTo(x + offset, 0);
    context.lineTo(x + offset, context.canvas.height);
    context.moveTo(0, y + offset);
    context.lineTo(context.canvas.width, y + offset);
    context.stroke();
  }
}
