/**
 * The still layer: every resting annotation in one finished picture, larger than the view.
 *
 * While the view moves, the picture is moved; at rest it is painted anew, in slices, so that no frame
 * waits for ten thousand shapes. An edit repaints only the area it touched.
 */
import { type Bounds, grown, overlaps } from '../geometry/bounds';
import { boundsOfShape } from '../geometry/shapes';
import type { Viewport } from '../editor/viewport';
import type { Annotation } from '../wire';
import { type Look, paintShape, type Place } from './painters';

const MARGIN = 0.2; // of the view, on each side
const SLICE = 7; // milliseconds of painting in one frame
const PATCHES = 12; // more areas than this, and all is painted anew

interface Sheet {
  canvas: HTMLCanvasElement;
  context: CanvasRenderingContext2D;
  place: Place;
  /** The part of the item it shows. */
  area: Bounds;
}

export interface Scene {
  inside(area: Bounds): readonly Annotation[];
  look(annotation: Annotation): Look | null;
  /** How far a look reaches beyond the bounds of its shape, in CSS pixels. */
  reach(): number;
}

export class StillLayer {
  private shown: Sheet | null = null;
  private making: { sheet: Sheet; queue: readonly Annotation[]; at: number } | null = null;
  private spare: HTMLCanvasElement | null = null;
  private patches: Bounds[] = [];
  private outdated = true;

  constructor(private readonly scene: Scene) {}

  /** Everything must be painted anew. */
  reset(): void {
    this.outdated = true;
  }

  /** What lies in the area has changed. */
  patch(area: Bounds): void {
    this.patches.push(area);
  }

  /** Copy the picture to where the view is now; true if it is true to scale and covers the view. */
  paint(context: CanvasRenderingContext2D, viewport: Viewport, ratio: number): void {
    const sheet = this.shown;
    if (!sheet) return;
    const zoom = (viewport.scale * ratio) / sheet.place.scale;
    const x = viewport.left * ratio - sheet.place.left * zoom;
    const y = viewport.top * ratio - sheet.place.top * zoom;
    context.imageSmoothingEnabled = zoom !== 1;
    context.drawImage(sheet.canvas, zoom === 1 ? Math.round(x) : x, zoom === 1 ? Math.round(y) : y, sheet.canvas.width * zoom, sheet.canvas.height * zoom);
  }

  /** Do some of the painting that is due; true if more remains. `atRest` is false while the view moves. */
  work(viewport: Viewport, ratio: number, atRest: boolean): boolean {
    if (this.making) return this.continue();
    if (this.shown && !this.outdated) this.mend();
    const due = this.outdated || !this.shown || (atRest && !this.fits(viewport, ratio));
    if (!due) return !this.fits(viewport, ratio);
    this.begin(viewport, ratio);
    return this.continue();
  }

  private fits(viewport: Viewport, ratio: number): boolean {
    const sheet = this.shown;
    if (!sheet || Math.abs(sheet.place.scale - viewport.scale * ratio) > 1e-9) return false;
    if (sheet.place.angle !== viewport.angle) return false;
    const seen = viewport.seen();
    const { area } = sheet;
    return area.left <= seen.left && area.top <= seen.top && area.right >= seen.right && area.bottom >= seen.bottom;
  }

  private begin(viewport: Viewport, ratio: number): void {
    const { width, height } = viewport.extent();
    const wide = Math.ceil(width * ratio * (1 + 2 * MARGIN));
    const high = Math.ceil(height * ratio * (1 + 2 * MARGIN));
    const canvas = this.spare ?? document.createElement('canvas');
    this.spare = null;
    [canvas.width, canvas.height] = [wide, high];
    const place = {
      scale: viewport.scale * ratio,
      left: Math.round((viewport.left + (width - viewport.width) / 2 + width * MARGIN) * ratio),
      top: Math.round((viewport.top + (height - viewport.height) / 2 + height * MARGIN) * ratio),
      ratio,
      angle: viewport.angle,
    };
    const area = {
      left: -place.left / place.scale,
      top: -place.top / place.scale,
      right: (wide - place.left) / place.scale,
      bottom: (high - place.top) / place.scale,
    };
    const sheet = { canvas, context: canvas.getContext('2d')!, place, area };
    this.making = { sheet, queue: this.scene.inside(area), at: 0 };
    this.outdated = false;
    this.patches = [];
  }

  private continue(): boolean {
    const making = this.making!;
    const { sheet, queue } = making;
    const end = performance.now() + SLICE;
    while (making.at < queue.length) {
      for (let n = 0; n < 64 && making.at < queue.length; n++) this.stroke(sheet, queue[making.at++]!);
      if (performance.now() > end && making.at < queue.length) return true;
    }
    this.spare = this.shown?.canvas ?? null;
    this.shown = sheet;
    this.making = null;
    return this.outdated || this.patches.length > 0;
  }

  /** Repaint the areas that changed, clipped, so that the rest stays as it is. */
  private mend(): void {
    const sheet = this.shown!;
    const patches = this.patches.splice(0);
    if (patches.length > PATCHES) {
      this.outdated = true;
      return;
    }
    const { context, place } = sheet;
    const rim = (this.scene.reach() * place.ratio) / place.scale;
    for (const area of patches.map((patch) => grown(patch, rim))) {
      if (!overlaps(area, sheet.area)) continue;
      const x = Math.floor(area.left * place.scale + place.left);
      const y = Math.floor(area.top * place.scale + place.top);
      const w = Math.ceil((area.right - area.left) * place.scale) + 2;
      const h = Math.ceil((area.bottom - area.top) * place.scale) + 2;
      context.save();
      context.beginPath();
      context.rect(x, y, w, h);
      context.clip();
      context.clearRect(x, y, w, h);
      for (const annotation of this.scene.inside(grown(area, rim))) this.stroke(sheet, annotation);
      context.restore();
    }
  }

  private stroke(sheet: Sheet, annotation: Annotation): void {
    const look = this.scene.look(annotation);
    if (!look || !annotation.shape || !overlaps(boundsOfShape(annotation.shape), sheet.area)) return;
    paintShape(sheet.context, annotation.shape, look, sheet.place);
  }
}
