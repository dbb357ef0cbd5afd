/**
 * Tools that draw a path: corner by corner with clicks, or freehand with a drag.
 *
 * Corners snap to the outlines of neighbours; a click with Shift on the outline that the last corner
 * snapped to follows it, so that two shapes share their border. Enter or a double click finishes,
 * Backspace takes the last corner back, Escape drops all.
 */
import type { Snap } from '../editor/snapping';
import { distance, type ImagePoint } from '../geometry/point';
import type { Shape } from '../wire';
import { type Command, go, type Hand, type PointerInput, type State, type Tool, type Turn } from './tool';

const CLOSE_REACH = 10; // screen pixels around the first corner
const STRIDE = 5; // screen pixels between the corners of a freehand line

export type PathState = State & {
  name: 'idle' | 'drawing';
  corners: readonly ImagePoint[];
  pointer: ImagePoint | null;
  pressed: boolean;
  /** What the last corner snapped to. */
  snapped: Snap | null;
};

const idle: PathState = { name: 'idle', corners: [], pointer: null, pressed: false, snapped: null };

export interface PathKind {
  name: string;
  draws?: Shape['kind'];
  /** Whether a click on the first corner finishes it. */
  closes: boolean;
  /** What the path becomes; null if it is no such thing yet. */
  make(corners: readonly ImagePoint[], hand: Hand): Command | null;
  /** Whether it may begin now. */
  ready?(hand: Hand): boolean;
}

export function pathTool(kind: PathKind): Tool<PathState> {
  const finished = (state: PathState, hand: Hand): Turn<PathState> => {
    const least = kind.closes ? 3 : 2;
    if (state.corners.length < least) return go(state);
    const command = kind.make(state.corners, hand);
    return command ? go(idle, command) : go(idle);
  };
  return {
    name: kind.name,
    cursor: 'crosshair',
    ...(kind.draws ? { draws: kind.draws } : { edits: true, changes: ['polygon', 'mask'] as const }),
    start: idle,

    on(state, input, hand) {
      switch (input.kind) {
        case 'cancel':
          return go(idle);
        case 'back':
          return state.corners.length > 1 ? go({ ...state, corners: state.corners.slice(0, -1), snapped: null }) : go(idle);
        case 'confirm':
        case 'doubleClick':
          return finished(state, hand);
        case 'pointerDown':
          if (state.name === 'idle' && kind.ready && !kind.ready(hand)) return go(state);
          if (kind.closes && closes(state, input.at, hand.zoom)) return finished(state, hand);
          return pressed(state, input, hand);
        case 'pointerMove':
          return walked(state, input, hand);
        case 'pointerUp':
          return go({ ...state, pressed: false });
        case 'skip':
          return go(state);
      }
    },

    preview: (state, hand) => {
      if (state.name === 'idle') {
        const at = state.pointer && hand.snap(state.pointer);
        return at ? { snapped: at.at } : {};
      }
      const { pointer } = state;
      const snapped = pointer && !state.pressed ? hand.snap(pointer) : null;
      const next = snapped?.at ?? pointer;
      const path = next ? [...state.corners, next] : state.corners;
      const closable = kind.closes && pointer !== null && closes(state, pointer, hand.zoom);
      return { drawing: { shape: null, path, closable }, ...(snapped && !closable ? { snapped: snapped.at } : {}) };
    },
  };
}

function pressed(state: PathState, { at, shift }: PointerInput, hand: Hand): Turn<PathState> {
  const snapped = hand.snap(at);
  const corner = snapped?.at ?? at;
  const last = state.corners.at(-1);
  const same = last !== undefined && distance(last, corner) * hand.zoom < 1;
  const before = state.snapped;
  const isFollowing = shift && snapped && before && before.id === snapped.id && before.line === snapped.line;
  const between = isFollowing ? hand.along(before, snapped) : [];
  const corners = same ? state.corners : [...state.corners, ...between, corner];
  return go({ name: 'drawing', corners, pointer: at, pressed: true, snapped });
}

function walked(state: PathState, { at }: PointerInput, hand: Hand): Turn<PathState> {
  if (state.name === 'idle') return go({ ...state, pointer: at });
  const last = state.corners.at(-1);
  const far = last !== undefined && distance(last, at) * hand.zoom >= STRIDE;
  const corners = state.pressed && far ? [...state.corners, at] : state.corners;
  return go({ ...state, corners, pointer: at, snapped: corners === state.corners ? state.snapped : null });
}

function closes(state: PathState, at: ImagePoint, zoom: number): boolean {
  return state.corners.length >= 3 && distance(state.corners[0]!, at) * zoom <= CLOSE_REACH;
}
