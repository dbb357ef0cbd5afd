/** What binds annotations to one another: the relations and the group of what is selected. */
import type { Editor } from '../editor/editor';
import { type Bounds, union } from '../geometry/bounds';
import { type ImagePoint, imagePoint } from '../geometry/point';
import { boundsOfShape } from '../geometry/shapes';
import type { Annotation } from '../wire';
import { paintLabel } from './aids';
import { paintShape, type Place } from './painters';

const MOST = 300; // relations painted at once
const COLOR = '#56B4E9';
const HEAD = 9; // CSS pixels

export function paintBonds(context: CanvasRenderingContext2D, { editor, place }: { editor: Editor; place: Place }): void {
  const { ids } = editor.selection;
  if (ids.size === 0 || ids.size > MOST) return;
  paintGroups(context, editor, place);
  if ((editor.ontology.relations ?? []).length === 0) return;
  let left = MOST;
  for (const from of editor.store.all()) {
    for (const relation of from.relations ?? []) {
      if (!ids.has(from.id) && !ids.has(relation.to)) continue;
      const to = editor.store.get(relation.to);
      if (to && left-- > 0) paintRelation(context, editor, relation.kind, from, to, place);
    }
  }
}

function paintGroups(context: CanvasRenderingContext2D, editor: Editor, place: Place): void {
  const groups = new Set(editor.selected().flatMap(({ group }) => group ?? []));
  if (groups.size === 0) return;
  const around = new Map<string, Bounds>();
  for (const { group, shape } of editor.store.all()) {
    if (!group || !shape || !groups.has(group)) continue;
    const known = around.get(group);
    around.set(group, known ? union(known, boundsOfShape(shape)) : boundsOfShape(shape));
  }
  for (const bounds of around.values()) {
    paintShape(context, { kind: 'box', ...bounds }, { color: COLOR, fill: 0, width: 1.5, dash: [2, 4] }, place);
  }
}

function paintRelation(
  context: CanvasRenderingContext2D,
  editor: Editor,
  kind: string,
  from: Annotation,
  to: Annotation,
  place: Place,
): void {
  const spec = (editor.ontology.relations ?? []).find(({ id }) => id === kind);
  const [a, b] = [middle(from), middle(to)];
  const [ax, ay] = [a.x * place.scale + place.left, a.y * place.scale + place.top];
  const [bx, by] = [b.x * place.scale + place.left, b.y * place.scale + place.top];
  const angle = Math.atan2(by - ay, bx - ax);
  for (const [width, style] of [
    [4, '#101618b0'],
    [2, COLOR],
  ] as const) {
    context.setLineDash([]);
    context.lineWidth = width * place.ratio;
    context.strokeStyle = style;
    context.beginPath();
    context.moveTo(ax, ay);
    context.lineTo(bx, by);
    if (spec?.directed !== false) {
      for (const side of [-0.5, 0.5]) {
        context.moveTo(bx, by);
        const head = HEAD * place.ratio;
        context.lineTo(bx - head * Math.cos(angle + side), by - head * Math.sin(angle + side));
      }
    }
    context.stroke();
  }
  paintLabel(context, imagePoint((a.x + b.x) / 2, (a.y + b.y) / 2), spec?.name ?? kind, place);
}

function middle({ shape }: Annotation): ImagePoint {
  if (!shape) return imagePoint(0, 0);
  const { left, top, right, bottom } = boundsOfShape(shape);
  return imagePoint((left + right) / 2, (top + bottom) / 2);
}
