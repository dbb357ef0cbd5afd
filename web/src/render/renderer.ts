/** Paints the editor on two canvases: the picture with the still layer, and the live layer above. */
import type { Editor } from '../editor/editor';
import type { Preview } from '../editor/preview';
import { type Bounds, overlaps } from '../geometry/bounds';
import type { ImagePoint } from '../geometry/point';
import { boundsOfShape } from '../geometry/shapes';
import { colorOf } from '../model/ontology';
import type { Annotation, Issue, Shape } from '../wire';
import { BULK, paintLive, selectedLook, signs } from './live';
import { type Look, NAME, type Place, underlay } from './painters';
import type { Picture } from './picture';
import { StillLayer } from './still';
import { StrokeLayer } from './stroke';

const REST = 120; // milliseconds without a move until the view counts as resting

const VERDICT_DASH: Record<string, readonly number[]> = { returned: [3, 3] };
const RETURNED = '#D55E00';
const ACCEPTED = { color: '#2fb37a', width: 4.5 };
const RIM = 24; // CSS pixels: outlines, and what the hand selects
const NAMED = 24; // CSS pixels: narrower annotations show no name

/** What the renderer shows beside the editor's own. */
export interface Extras {
  predictions: readonly Annotation[];
  focused: string | null;
  issues: readonly Issue[];
  /** The colors and dashes of predictions, where layers have their own; another function means others. */
  dress?: ((prediction: Annotation, color: string) => Pick<Look, 'color' | 'dash' | 'halo'>) | undefined;
}

export class Renderer {
  private extras: Extras = { predictions: [], focused: null, issues: [] };
  private predicted = new Set<Annotation>();
  private wasBulk = false;
  pointer: ImagePoint | null = null;
  private picture: Picture | null = null;
  private arrivals: (() => void) | null = null;
  private readonly still: StillLayer;
  private readonly base: CanvasRenderingContext2D;
  private readonly top: CanvasRenderingContext2D;
  /** What is on the move, and so not in the still picture. */
  private onTheMove: ReadonlySet<string> = new Set();
  private readonly strokes = new StrokeLayer();
  private frame = 0;
  private movedAt = 0;
  private baseDue = true;
  private readonly undo: (() => void)[];

  constructor(
    private readonly editor: Editor,
    private readonly preview: () => Preview,
    private readonly draws: () => boolean,
    base: HTMLCanvasElement,
    top: HTMLCanvasElement,
  ) {
    this.base = base.getContext('2d', { alpha: false })!;
    this.top = top.getContext('2d')!;
    this.still = new StillLayer({
      inside: (area) => [...editor.store.inside(area), ...this.predictedIn(area)],
      look: (annotation) => this.look(annotation),
      reach: () => (editor.view.names ? NAME.widest : RIM),
    });
    this.undo = [
      editor.viewport.changed.subscribe(() => this.moved()),
      editor.painted.subscribe(() => this.repaint()),
      editor.view.changed.subscribe(() => this.reset()),
      editor.view.pictureChanged.subscribe(() => this.arrived()),
      editor.selection.changed.subscribe(() => this.selected()),
    ];
  }

  show(picture: Picture): void {
    this.arrivals?.();
    this.picture = picture;
    this.arrivals = picture.changed.subscribe(() => this.arrived());
    this.moved();
  }

  /** What is shown beside the annotations has changed. */
  accompany(extras: Extras): void {
    const next = new Set(extras.predictions);
    for (const one of [...this.predicted, ...next]) {
      if (one.shape && this.predicted.has(one) !== next.has(one)) this.still.patch(boundsOfShape(one.shape));
    }
    if (extras.dress !== this.extras.dress) this.still.reset();
    this.predicted = next;
    this.extras = extras;
    this.baseDue = true;
    this.schedule();
  }

  /** Paint everything anew. */
  reset(): void {
    this.still.reset();
    this.baseDue = true;
    this.schedule();
  }

  /** Only the live layer has changed. */
  schedule(): void {
    if (!this.frame) this.frame = requestAnimationFrame(() => this.paint());
  }

  close(): void {
    cancelAnimationFrame(this.frame);
    this.undo.forEach((stop) => stop());
    this.arrivals?.();
    this.picture?.rest();
  }

  /** The picture can be painted better, or is to be painted otherwise; annotations are as they were. */
  private arrived(): void {
    this.baseDue = true;
    this.schedule();
  }

  private selected(): void {
    const isBulk = this.editor.selection.ids.size > BULK;
    if (isBulk || this.wasBulk) this.reset();
    this.wasBulk = isBulk;
    this.schedule();
  }

  private predictedIn(area: Bounds): Annotation[] {
    if (!this.editor.view.predictions) return [];
    return this.extras.predictions.filter(({ shape }) => shape && overlaps(boundsOfShape(shape), area));
  }

  private moved(): void {
    this.movedAt = performance.now();
    this.baseDue = true;
    this.schedule();
  }

  private repaint(): void {
    for (const area of this.editor.stale.splice(0)) {
      if (area) this.still.patch(area);
      else this.still.reset();
    }
    this.baseDue = true;
    this.schedule();
  }

  private paint(): void {
    this.frame = 0;
    const { viewport } = this.editor;
    const ratio = this.fitCanvases();
    const place: Place = {
      scale: viewport.scale * ratio,
      left: viewport.left * ratio,
      top: viewport.top * ratio,
      ratio,
      angle: viewport.angle,
    };
    const { moving, stroke } = this.preview();
    this.onTheMove = new Set([...(moving?.keys() ?? []), ...(stroke?.target ? [stroke.target] : [])]);
    const atRest = performance.now() - this.movedAt > REST;
    const more = this.still.work(viewport, ratio, atRest);
    if (this.baseDue || more) this.paintBase(ratio, place);
    this.baseDue = more;
    this.paintTop(place);
    if (more) this.schedule();
  }

  private paintBase(ratio: number, place: Place): void {
    const { base } = this;
    base.setTransform(1, 0, 0, 1, 0, 0);
    base.fillStyle = getComputedStyle(base.canvas).getPropertyValue('--lw-canvas').trim() || '#11181a';
    base.fillRect(0, 0, base.canvas.width, base.canvas.height);
    turn(base, place);
    this.picture?.paint(base, place, this.editor.view.adjustments);
    if (place.scale / ratio >= 8) this.paintPixelGrid(place);
    this.still.paint(base, this.editor.viewport, ratio);
    base.setTransform(1, 0, 0, 1, 0, 0);
  }

  private paintPixelGrid(place: Place): void {
    const { base } = this;
    const seen = this.editor.viewport.seen();
    base.strokeStyle = '#80808055';
    base.lineWidth = 1;
    base.setLineDash([]);
    base.beginPath();
    const [width, height] = [this.editor.viewport.imageWidth, this.editor.viewport.imageHeight];
    for (let x = Math.max(0, Math.floor(seen.left)); x <= Math.min(width, seen.right); x++) {
      const at = Math.round(x * place.scale + place.left) + 0.5;
      base.moveTo(at, Math.max(0, seen.top) * place.scale + place.top);
      base.lineTo(at, Math.min(height, seen.bottom) * place.scale + place.top);
    }
    for (let y = Math.max(0, Math.floor(seen.top)); y <= Math.min(height, seen.bottom); y++) {
      const at = Math.round(y * place.scale + place.top) + 0.5;
      base.moveTo(Math.max(0, seen.left) * place.scale + place.left, at);
      base.lineTo(Math.min(width, seen.right) * place.scale + place.left, at);
    }
    base.stroke();
  }

  private paintTop(place: Place): void {
    const { top } = this;
    top.setTransform(1, 0, 0, 1, 0, 0);
    top.clearRect(0, 0, top.canvas.width, top.canvas.height);
    turn(top, place);
    paintLive(top, {
      editor: this.editor,
      preview: this.preview(),
      ...this.extras,
      pointer: this.pointer,
      crosshair: this.draws(),
      strokes: this.strokes,
      place,
    });
    top.setTransform(1, 0, 0, 1, 0, 0);
  }

  private fitCanvases(): number {
    const ratio = window.devicePixelRatio || 1;
    const { viewport } = this.editor;
    const [wide, high] = [Math.round(viewport.width * ratio), Math.round(viewport.height * ratio)];
    for (const { canvas } of [this.base, this.top]) {
      if (canvas.width !== wide || canvas.height !== high) {
        [canvas.width, canvas.height] = [wide, high];
        this.baseDue = true;
      }
    }
    return ratio;
  }

  private look(annotation: Annotation): Look | null {
    const { view } = this.editor;
    if (!annotation.shape || !view.shows(annotation) || this.onTheMove.has(annotation.id)) return null;
    const category = this.editor.categoryOf(annotation.category);
    const color = colorOf(category);
    if (this.predicted.has(annotation)) {
      const worn = this.extras.dress?.(annotation, color) ?? { color, dash: [6, 4] };
      return { fill: 0, width: 1.5, halo: underlay(worn.color, 2.5), ...worn, ...signs(category, this.editor) };
    }
    if (this.wasBulk && this.editor.selection.has(annotation.id)) return { ...selectedLook(color, view.fill), ...signs(category, this.editor) };
    const look: Look = { color, fill: view.fill, width: 1.6, ...signs(category, this.editor) };
    const verdict = annotation.evidence?.verdict;
    if (verdict === 'returned') Object.assign(look, { color: RETURNED, width: 2.5, dash: VERDICT_DASH.returned! });
    else if (verdict) look.halo = ACCEPTED;
    if (view.names && category && this.isWide(annotation.shape)) look.name = category.name;
    return look;
  }

  private isWide(shape: Shape): boolean {
    const { left, right } = boundsOfShape(shape);
    return (right - left) * this.editor.viewport.scale >= NAMED;
  }
}

/** Turns what is painted next as the view is turned, about the middle of the surface. */
function turn(context: CanvasRenderingContext2D, { angle }: Place): void {
  if (!angle) return;
  const [x, y] = [context.canvas.width / 2, context.canvas.height / 2];
  context.translate(x, y);
  context.rotate(angle);
  context.translate(-x, -y);
}
