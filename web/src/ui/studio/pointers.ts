/**
 * The hand's events turned into the editor's terms: mouse, pen and fingers.
 *
 * One finger draws; two move and zoom the view. Once a pen was seen, fingers only move the view, so
 * that a resting palm draws nothing.
 */
import { type ScreenPoint, screenPoint } from '../../geometry/point';
import type { Renderer } from '../../render/renderer';
import type { Desk } from './desk';

const WHEEL_ZOOM = 0.0016;

export type PinAt = { readonly current: ((x: number, y: number) => void) | null };

type PointerKind = 'pointerDown' | 'pointerMove' | 'pointerUp' | 'doubleClick';

/** Listen on an element; gives what ends it. */
export function listen(
  element: HTMLElement,
  desk: Desk,
  renderer: Renderer,
  spaceHeld: { readonly current: boolean },
  pin: PinAt,
): () => void {
  const { editor, hand } = desk;
  const { viewport } = editor;
  const fingers = new Map<number, ScreenPoint>();
  let panning: ScreenPoint | null = null;
  let penSeen = false;
  let wasBusy = false;

  const place = (event: MouseEvent) => {
    const rectangle = element.getBoundingClientRect();
    return screenPoint(event.clientX - rectangle.left, event.clientY - rectangle.top);
  };
  const feed = (kind: PointerKind, event: MouseEvent) => {
    const at = viewport.toImage(place(event));
    const pressure = event instanceof PointerEvent ? event.pressure : 0.5;
    hand.feed({ kind, at, shift: event.shiftKey, alt: event.altKey, pressure });
  };
  const isPanning = (event: PointerEvent) =>
    event.button === 1 ||
    spaceHeld.current ||
    hand.current.name === 'pan' ||
    (event.pointerType === 'touch' && (penSeen || fingers.size > 1));

  const down = (event: PointerEvent) => {
    editor.meter.alive();
    element.focus({ preventScroll: true });
    if (event.button > 1) return;
    element.setPointerCapture(event.pointerId);
    if (event.pointerType === 'pen') penSeen = true;
    if (event.pointerType === 'touch') {
      fingers.set(event.pointerId, place(event));
      // A second finger means the view: what the first one did is taken back.
      if (fingers.size === 1) wasBusy = hand.isBusy;
      else if (fingers.size === 2) hand.feed({ kind: wasBusy ? 'back' : 'cancel' });
    }
    if (isPanning(event)) panning = place(event);
    else if (pin.current) {
      const at = viewport.toImage(place(event));
      pin.current(at.x, at.y);
    } else feed('pointerDown', event);
  };

  const move = (event: PointerEvent) => {
    editor.meter.alive();
    const at = place(event);
    renderer.pointer = event.pointerType === 'touch' ? null : viewport.toImage(at);
    if (fingers.size > 1 && fingers.has(event.pointerId)) {
      pinch(event.pointerId, at);
      return;
    }
    if (panning) {
      viewport.pan(at.x - panning.x, at.y - panning.y);
      panning = at;
      element.style.cursor = 'grabbing';
      return;
    }
    // Between two frames a fast hand makes several moves: a stroke takes them all.
    const moves = event.getCoalescedEvents?.() ?? [];
    for (const each of moves.length > 1 && hand.isBusy ? moves : [event]) feed('pointerMove', each);
    element.style.cursor = pin.current ? 'crosshair' : spaceHeld.current ? 'grab' : hand.cursor(viewport.toImage(at));
    renderer.schedule();
  };

  /** Two fingers: their middle is held, their distance is the zoom. */
  const pinch = (id: number, at: ScreenPoint) => {
    const before = [...fingers.values()];
    fingers.set(id, at);
    const after = [...fingers.values()];
    const [a, b] = [middle(before), middle(after)];
    viewport.pan(b.x - a.x, b.y - a.y);
    const [from, to] = [spread(before), spread(after)];
    if (from > 0 && to > 0) viewport.zoom(to / from, b);
  };

  const up = (event: PointerEvent) => {
    editor.meter.alive();
    const wasPinching = fingers.size > 1;
    fingers.delete(event.pointerId);
    if (wasPinching) {
      panning = null;
      return;
    }
    if (panning) panning = null;
    else if (event.button === 0 && !pin.current) feed('pointerUp', event);
  };
  const lost = (event: PointerEvent) => {
    fingers.delete(event.pointerId);
    panning = null;
    hand.feed({ kind: 'cancel' });
  };
  const out = () => {
    renderer.pointer = null;
    renderer.schedule();
  };
  const wheel = (event: WheelEvent) => {
    event.preventDefault();
    editor.meter.alive();
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
    if (event.altKey && (hand.current.name === 'brush' || hand.current.name === 'eraser')) {
      editor.options.resizeBrush(event.deltaY < 0 ? 1 : -1);
    } else if (event.shiftKey) viewport.pan(-(event.deltaY + event.deltaX) * lines, 0);
    else viewport.zoom(Math.exp(-event.deltaY * lines * WHEEL_ZOOM), place(event));
  };
  const twice = (event: MouseEvent) => feed('doubleClick', event);
  const stopDefault = (event: Event) => event.preventDefault();

  const pairs: [string, (event: never) => void][] = [
    ['pointerdown', down],
    ['pointermove', move],
    ['pointerup', up],
    ['pointercancel', lost],
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

function middle(points: readonly ScreenPoint[]): ScreenPoint {
  const [x, y] = [points.reduce((sum, p) => sum + p.x, 0), points.reduce((sum, p) => sum + p.y, 0)];
  return screenPoint(x / points.length, y / points.length);
}

function spread(points: readonly ScreenPoint[]): number {
  const [a, b] = points;
  return a && b ? Math.hypot(a.x - b.x, a.y - b.y) : 0;
}
