/** The drawing surface: two canvases, and the hand's events turned into the editor's terms. */
import { useEffect, useRef, useState } from 'react';

import { screenPoint } from '../../geometry/point';
import { Renderer } from '../../render/renderer';
import type { Desk } from './desk';
import classes from './studio.module.css';

const WHEEL_ZOOM = 0.0016;

interface Props {
  desk: Desk;
  spaceHeld: { readonly current: boolean };
  onRenderer: (renderer: Renderer | null) => void;
  /** A click while an issue is being pinned. */
  onPin: ((x: number, y: number) => void) | null;
}

export function Surface({ desk, spaceHeld, onRenderer, onPin }: Props) {
  const frame = useRef<HTMLDivElement>(null);
  const base = useRef<HTMLCanvasElement>(null);
  const top = useRef<HTMLCanvasElement>(null);
  const pin = useRef(onPin);
  pin.current = onPin;
  const [failure, setFailure] = useState<string | null>(null);
  const [ready, setReady] = useState(false);

  useEffect(() => {
    const { editor, hand } = desk;
    const draws = () => hand.current.draws !== undefined && !editor.readOnly;
    const renderer = new Renderer(editor, () => hand.preview(), draws, base.current!, top.current!);
    onRenderer(renderer);
    let closed = false;
    desk.picture.then(
      (picture) => {
        if (closed) return;
        renderer.show(picture);
        setReady(true);
      },
      (error: Error) => closed || setFailure(error.message),
    );
    const element = frame.current!;
    const observer = new ResizeObserver(() => {
      editor.viewport.resize(element.clientWidth, element.clientHeight);
    });
    observer.observe(element);
    const stopHand = hand.changed.subscribe(() => renderer.schedule());
    const stopEvents = listen(element, desk, renderer, spaceHeld, pin);
    return () => {
      closed = true;
      observer.disconnect();
      stopHand();
      stopEvents();
      renderer.close();
      onRenderer(null);
    };
  }, [desk, onRenderer, spaceHeld]);

  return (
    <div
      ref={frame}
      className={classes.surface}
      data-testid="surface"
      data-ready={ready}
      data-tour="surface"
      tabIndex={0}
      aria-label={`Drawing surface: ${desk.envelope.item.name}`}
      style={onPin ? { cursor: 'crosshair' } : undefined}
    >
      <canvas ref={base} />
      <canvas ref={top} />
      {failure && (
        <div className={classes.failure} role="alert">
          {failure} You can still see and correct its annotations, or skip it.
        </div>
      )}
    </div>
  );
}

type PinAt = { readonly current: ((x: number, y: number) => void) | null };

function listen(
  element: HTMLElement,
  desk: Desk,
  renderer: Renderer,
  spaceHeld: { readonly current: boolean },
  pin: PinAt,
): () => void {
  const { editor, hand } = desk;
  let panning: { x: number; y: number } | null = null;
  const place = (event: MouseEvent) => {
    const rectangle = element.getBoundingClientRect();
    return screenPoint(event.clientX - rectangle.left, event.clientY - rectangle.top);
  };
  const feed = (kind: 'pointerDown' | 'pointerMove' | 'pointerUp' | 'doubleClick', event: MouseEvent) => {
    const at = editor.viewport.toImage(place(event));
    hand.feed({ kind, at, shift: event.shiftKey, alt: event.altKey });
  };
  const pans = (event: PointerEvent) => event.button === 1 || spaceHeld.current || hand.current.name === 'pan';

  const down = (event: PointerEvent) => {
    editor.meter.alive();
    element.focus({ preventScroll: true });
    if (event.button > 1) return;
    element.setPointerCapture(event.pointerId);
    if (pans(event)) panning = { x: event.clientX, y: event.clientY };
    else if (pin.current) {
      const at = editor.viewport.toImage(place(event));
      pin.current(at.x, at.y);
    } else feed('pointerDown', event);
  };
  const move = (event: PointerEvent) => {
    editor.meter.alive();
    renderer.pointer = editor.viewport.toImage(place(event));
    if (panning) {
      editor.viewport.pan(event.clientX - panning.x, event.clientY - panning.y);
      panning = { x: event.clientX, y: event.clientY };
      element.style.cursor = 'grabbing';
      return;
    }
    feed('pointerMove', event);
    element.style.cursor = pin.current ? 'crosshair' : spaceHeld.current ? 'grab' : hand.cursor(renderer.pointer);
    renderer.schedule();
  };
  const up = (event: PointerEvent) => {
    editor.meter.alive();
    if (panning) panning = null;
    else if (event.button === 0 && !pin.current) feed('pointerUp', event);
  };
  const out = () => {
    renderer.pointer = null;
    renderer.schedule();
  };
  const wheel = (event: WheelEvent) => {
    event.preventDefault();
    editor.meter.alive();
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
    if (event.shiftKey) editor.viewport.pan(-(event.deltaY + event.deltaX) * lines, 0);
    else editor.viewport.zoom(Math.exp(-event.deltaY * lines * WHEEL_ZOOM), place(event));
  };
  const twice = (event: MouseEvent) => feed('doubleClick', event);
  const stopDefault = (event: Event) => event.preventDefault();

  const pairs: [string, (event: never) => void][] = [
    ['pointerdown', down],
    ['pointermove', move],
    ['pointerup', up],
    ['pointercancel', up],
    ['pointerleave', out],
    ['dblclick', twice],
    ['contextmenu', stopDefault],
  ];
  for (const [name, listener] of pairs) element.addEventListener(name, listener as EventListener);
  element.addEventListener('wheel', wheel, { passive: false });
  return () => {
    for (const [name, listener] of pairs) element.removeEventListener(name, listener as EventListener);
    element.removeEventListener('wheel', wheel);
  };
}
