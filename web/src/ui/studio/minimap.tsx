/**
 * The small map: the whole item with its annotations as specks, and the part that is seen. A click or
 * a drag moves the view; the arrow keys do too. It is away while the whole item is seen.
 */
import { useEffect, useRef, useState } from 'react';

import { address } from '../../api';
import { imagePoint, screenPoint } from '../../geometry/point';
import { boundsOfShape } from '../../geometry/shapes';
import { t } from '../../language/language';
import { colorOf } from '../../model/ontology';
import type { Desk } from './desk';
import classes from './studio.module.css';

const LONG = 168; // CSS pixels of the longer side
const SHORT = 40;
const SOON = 120; // milliseconds after a change until the specks are painted anew
const ARROWS: Record<string, [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

export function Minimap({ desk }: { desk: Desk }) {
  const { editor } = desk;
  const { viewport } = editor;
  const canvas = useRef<HTMLCanvasElement>(null);
  const [away, setAway] = useState(() => seesAll(desk));
  const scale = LONG / Math.max(viewport.imageWidth, viewport.imageHeight);
  const wide = Math.max(SHORT, Math.round(viewport.imageWidth * scale));
  const high = Math.max(SHORT, Math.round(viewport.imageHeight * scale));

  useEffect(() => viewport.changed.subscribe(() => setAway(seesAll(desk))), [viewport, desk]);

  useEffect(() => {
    if (away) return;
    const ratio = window.devicePixelRatio || 1;
    const map = new SmallMap(desk, canvas.current!, wide, high, ratio);
    return () => map.close();
  }, [desk, away, wide, high]);

  if (away) return null;
  const moveTo = (x: number, y: number) => {
    const at = imagePoint((x / wide) * viewport.imageWidth, (y / high) * viewport.imageHeight);
    const { x: left, y: top } = viewport.toScreen(at);
    viewport.pan(viewport.width / 2 - left, viewport.height / 2 - top);
  };
  const follow = (event: React.PointerEvent<HTMLCanvasElement>) => {
    const { left, top } = event.currentTarget.getBoundingClientRect();
    moveTo(event.clientX - left, event.clientY - top);
  };
  return (
    <canvas
      ref={canvas}
      className={classes.minimap}
      style={{ width: wide, height: high }}
      width={wide}
      height={high}
      tabIndex={0}
      role="application"
      aria-label={t('Small map: arrow keys move the view')}
      data-testid="minimap"
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        follow(event);
      }}
      onPointerMove={(event) => event.buttons === 1 && follow(event)}
      onKeyDown={(event) => {
        const by = ARROWS[event.key];
        if (!by) return;
        event.preventDefault();
        viewport.pan((-by[0] * viewport.width) / 4, (-by[1] * viewport.height) / 4);
      }}
    />
  );
}

/** Whether every corner of the item is in the view. */
function seesAll({ editor: { viewport } }: Desk): boolean {
  const [right, bottom] = [viewport.imageWidth, viewport.imageHeight];
  return [imagePoint(0, 0), imagePoint(right, 0), imagePoint(0, bottom), imagePoint(right, bottom)].every((corner) => {
    const { x, y } = viewport.toScreen(corner);
    return x >= -1 && y >= -1 && x <= viewport.width + 1 && y <= viewport.height + 1;
  });
}

/** Paints the map: specks on a sheet of their own, made anew when annotations change, not as the view moves. */
class SmallMap {
  private readonly context: CanvasRenderingContext2D;
  private readonly sheet = document.createElement('canvas');
  private readonly picture = new Image();
  private frame = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly stops: (() => void)[];
  private closed = false;

  constructor(
    private readonly desk: Desk,
    canvas: HTMLCanvasElement,
    private readonly wide: number,
    private readonly high: number,
    private readonly ratio: number,
  ) {
    [canvas.width, canvas.height] = [wide * ratio, high * ratio];
    [this.sheet.width, this.sheet.height] = [canvas.width, canvas.height];
    this.context = canvas.getContext('2d')!;
    const { editor } = desk;
    this.stops = [
      editor.viewport.changed.subscribe(() => this.schedule()),
      editor.store.changed.subscribe(() => this.soon()),
      editor.view.changed.subscribe(() => this.soon()),
    ];
    // The small picture, which there is of the largest item too; without it there are still the specks.
    this.picture.src = address(`/items/${desk.envelope.item.id}/thumbnail`);
    this.picture.decode().then(
      () => this.closed || this.paintSheet(),
      () => undefined,
    );
    this.paintSheet();
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
    cancelAnimationFrame(this.frame);
    this.stops.forEach((stop) => stop());
  }

  private soon(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.paintSheet(), SOON);
  }

  private schedule(): void {
    if (!this.frame) this.frame = requestAnimationFrame(() => this.paint());
  }

  private paintSheet(): void {
    const { editor } = this.desk;
    const { width, height } = this.sheet;
    const context = this.sheet.getContext('2d')!;
    context.clearRect(0, 0, width, height);
    if (this.picture.complete && this.picture.naturalWidth > 0) context.drawImage(this.picture, 0, 0, width, height);
    const [sx, sy] = [width / editor.viewport.imageWidth, height / editor.viewport.imageHeight];
    const least = 2 * this.ratio;
    context.globalAlpha = 0.6;
    for (const annotation of editor.store.all()) {
      if (!annotation.shape || !editor.view.shows(annotation)) continue;
      const { left, top, right, bottom } = boundsOfShape(annotation.shape);
      context.fillStyle = colorOf(editor.categoryOf(annotation.category));
      context.fillRect(left * sx, top * sy, Math.max(least, (right - left) * sx), Math.max(least, (bottom - top) * sy));
    }
    context.globalAlpha = 1;
    this.schedule();
  }

  private paint(): void {
    this.frame = 0;
    const { context, ratio } = this;
    const { viewport } = this.desk.editor;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.fillStyle = '#20282a';
    context.fillRect(0, 0, context.canvas.width, context.canvas.height);
    context.drawImage(this.sheet, 0, 0);
    const corners = [
      [0, 0],
      [viewport.width, 0],
      [viewport.width, viewport.height],
      [0, viewport.height],
    ].map(([x, y]) => viewport.toImage(screenPoint(x!, y!)));
    context.beginPath();
    for (const { x, y } of corners) {
      context.lineTo((x / viewport.imageWidth) * this.wide * ratio, (y / viewport.imageHeight) * this.high * ratio);
    }
    context.closePath();
    for (const [width, style] of [
      [4, '#000000a0'],
      [2, '#ffffff'],
    ] as const) {
      context.lineWidth = width * ratio;
      context.strokeStyle = style;
      context.stroke();
    }
  }
}
