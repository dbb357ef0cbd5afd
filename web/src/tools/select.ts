/**
 * Selects, moves and reshapes. A click selects, Shift adds or removes, a drag on nothing draws a
 * frame; a drag on what is selected moves it; a drag on a handle reshapes. A double click on a corner
 * of a polygon, or a click with Alt, takes the corner away. Escape takes a drag back.
 */
import { between } from '../geometry/bounds';
import { distance, type ImagePoint, imagePoint } from '../geometry/point';
import { dragHandle, moved, withoutVertex } from '../geometry/shapes';
import { t } from '../language/language';
import type { Shape } from '../wire';
import { go, type Hand, type PointerInput, type State, type Tool, TREMBLE, type Turn } from './tool';

type Idle = State & { name: 'idle' };
type Pressing = State & { name: 'pressing'; from: ImagePoint; hit: string | null; shift: boolean };
type Moving = State & { name: 'moving'; from: ImagePoint; to: ImagePoint };
type Shaping = State & { name: 'shaping'; id: string; handle: string; from: ImagePoint; shape: Shape | null };
type Framing = State & { name: 'framing'; from: ImagePoint; to: ImagePoint; shift: boolean };
type SelectState = Idle | Pressing | Moving | Shaping | Framing;

const idle: Idle = { name: 'idle' };

export const selectTool: Tool<SelectState> = {
  name: 'select',
  cursor: 'default',
  start: idle,

  on(state, input, hand) {
    if (input.kind === 'cancel') return go(idle);
    if (input.kind === 'pointerDown') return pressed(input, hand);
    if (input.kind === 'pointerMove') return dragged(state, input, hand);
    if (input.kind === 'pointerUp') return released(state, hand);
    if (input.kind === 'doubleClick') return withoutCorner(input.at, hand) ?? go(idle);
    return go(state);
  },

  preview: (state, hand) => {
    if (state.name === 'moving') return { moving: shifted(state, hand) };
    if (state.name === 'shaping' && state.shape) return { moving: new Map([[state.id, state.shape]]) };
    if (state.name === 'framing') return { frame: between(state.from, state.to) };
    return {};
  },

  cursorAt: (state, at, hand) => {
    if (state.name === 'moving') return 'grabbing';
    if (state.name !== 'idle') return null;
    if (hand.handle(at)) return 'move';
    return hand.hit(at) ? 'pointer' : null;
  },
};

/** Corners of areas and lines meet those of their neighbours. */
const snaps = ({ kind }: Shape) => kind === 'polygon' || kind === 'polyline';

function withoutCorner(at: ImagePoint, hand: Hand): Turn<SelectState> | null {
  const grip = hand.handle(at);
  const before = grip && hand.shape(grip.id);
  const shape = before && withoutVertex(before, grip.handle);
  return shape ? go(idle, { do: 'reshape', shapes: new Map([[grip.id, shape]]), title: t('Take a corner away') }) : null;
}

function pressed({ at, shift, alt }: PointerInput, hand: Hand): Turn<SelectState> {
  const grip = hand.handle(at);
  const without = alt ? withoutCorner(at, hand) : null;
  if (without) return without;
  if (grip) return go({ name: 'shaping', ...grip, from: at, shape: null });
  const hit = hand.hit(at)?.id ?? null;
  const select = hit !== null && !shift && !hand.selected.some((a) => a.id === hit);
  const state: Pressing = { name: 'pressing', from: at, hit, shift };
  return select ? go(state, { do: 'select', ids: [hit], mode: 'only' }) : go(state);
}

function dragged(state: SelectState, { at, shift }: PointerInput, hand: Hand): Turn<SelectState> {
  switch (state.name) {
    case 'pressing':
      if (distance(state.from, at) * hand.zoom < TREMBLE) return go(state);
      if (state.hit === null || state.shift) return go({ name: 'framing', from: state.from, to: at, shift: state.shift });
      return go({ name: 'moving', from: state.from, to: at });
    case 'moving':
    case 'framing':
      return go({ ...state, to: at });
    case 'shaping': {
      const before = hand.shape(state.id);
      const far = state.shape !== null || distance(state.from, at) * hand.zoom >= 1;
      const snapped = before && snaps(before) ? hand.snap(at, state.id) : null;
      const to = snapped?.at ?? at;
      return go(before && far ? { ...state, shape: dragHandle(before, state.handle, to, { shift }) ?? state.shape } : state);
    }
    case 'idle':
      return go(state);
  }
}

function released(state: SelectState, hand: Hand): Turn<SelectState> {
  switch (state.name) {
    case 'pressing':
      if (state.hit === null) return state.shift ? go(idle) : go(idle, { do: 'select', ids: [], mode: 'only' });
      return go(idle, { do: 'select', ids: [state.hit], mode: state.shift ? 'toggle' : 'only' });
    case 'moving':
      return go(idle, { do: 'reshape', shapes: shifted(state, hand), title: t('Move') });
    case 'shaping':
      if (!state.shape) return go(idle);
      return go(idle, { do: 'reshape', shapes: new Map([[state.id, state.shape]]), title: t('Reshape') });
    case 'framing': {
      const ids = hand.inside(between(state.from, state.to)).map((annotation) => annotation.id);
      return go(idle, { do: 'select', ids, mode: state.shift ? 'add' : 'only' });
    }
    case 'idle':
      return go(state);
  }
}

function shifted(state: Moving, hand: Hand): Map<string, Shape> {
  const by = imagePoint(state.to.x - state.from.x, state.to.y - state.from.y);
  return new Map(hand.selected.flatMap((a) => (a.shape ? [[a.id, moved(a.shape, by.x, by.y)] as const] : [])));
}
