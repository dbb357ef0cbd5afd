/**
 * Draws a polygon by clicking its corners, or freehand by dragging. A click on the first corner, a
 * double click or Enter closes it; Backspace takes the last corner back; Escape drops it.
 */
import { distance, type ImagePoint } from '../geometry/point';
import { ringArea } from '../geometry/shapes';
import type { Point, Shape } from '../wire';
import { go, type State, type Tool, type Turn } from './tool';

const CLOSE_REACH = 10; // screen pixels around the first corner
const STRIDE = 5; // screen pixels between the corners of a freehand line

type PolygonState = State & {
  name: 'idle' | 'drawing';
  corners: readonly ImagePoint[];
  pointer: ImagePoint | null;
  pressed: boolean;
};

const idle: PolygonState = { name: 'idle', corners: [], pointer: null, pressed: false };

export const polygonTool: Tool<PolygonState> = {
  name: 'polygon',
  cursor: 'crosshair',
  draws: 'polygon',
  start: idle,

  on(state, input, hand) {
    switch (input.kind) {
      case 'cancel':
        return go(idle);
      case 'back':
        return state.corners.length > 1 ? go({ ...state, corners: state.corners.slice(0, -1) }) : go(idle);
      case 'confirm':
      case 'doubleClick':
        return closed(state);
      case 'pointerDown':
        return pressed(state, input.at, hand.zoom);
      case 'pointerMove':
        return walked(state, input.at, hand.zoom);
      case 'pointerUp':
        return go({ ...state, pressed: false });
    }
  },

  preview: (state, hand) => {
    if (state.name === 'idle') return {};
    const path = state.pointer ? [...state.corners, state.pointer] : state.corners;
    const closable = state.pointer !== null && closes(state, state.pointer, hand.zoom);
    return { drawing: { shape: null, path, closable } };
  },
};

function pressed(state: PolygonState, at: ImagePoint, zoom: number): Turn<PolygonState> {
  if (closes(state, at, zoom)) return closed(state);
  const last = state.corners.at(-1);
  const same = last !== undefined && distance(last, at) * zoom < 1;
  const corners = same ? state.corners : [...state.corners, at];
  return go({ name: 'drawing', corners, pointer: at, pressed: true });
}

function walked(state: PolygonState, at: ImagePoint, zoom: number): Turn<PolygonState> {
  if (state.name === 'idle') return go(state);
  const last = state.corners.at(-1);
  const far = last !== undefined && distance(last, at) * zoom >= STRIDE;
  const corners = state.pressed && far ? [...state.corners, at] : state.corners;
  return go({ ...state, corners, pointer: at });
}

function closes(state: PolygonState, at: ImagePoint, zoom: number): boolean {
  return state.corners.length >= 3 && distance(state.corners[0]!, at) * zoom <= CLOSE_REACH;
}

function closed(state: PolygonState): Turn<PolygonState> {
  const ring = state.corners.map(({ x, y }): Point => [x, y]);
  if (ring.length < 3) return go(state);
  if (ringArea(ring) === 0) return go(idle);
  const shape: Shape = { kind: 'polygon', parts: [[ring]] };
  return go(idle, { do: 'add', shape });
}
