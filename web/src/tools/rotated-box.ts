/**
 * Draws a rotated box: a drag or two clicks along one side, then a click at the side across from it.
 * With Shift the side goes in steps of 15°. Escape drops it.
 */
import { distance, type ImagePoint, imagePoint, stepped } from '../geometry/point';
import type { Shape } from '../wire';
import { go, SLIP, type State, type Tool, TREMBLE } from './tool';

type RotatedState = State & {
  name: 'idle' | 'dragging' | 'side' | 'across';
  from: ImagePoint;
  to: ImagePoint;
  pointer: ImagePoint;
};

const origin = imagePoint(0, 0);
const idle: RotatedState = { name: 'idle', from: origin, to: origin, pointer: origin };
const STEP = Math.PI / 12;

export const rotatedBoxTool: Tool<RotatedState> = {
  name: 'rotated_box',
  cursor: 'crosshair',
  draws: 'rotated_box',
  start: idle,

  on(state, input, hand) {
    if (input.kind === 'cancel') return go(idle);
    if (input.kind === 'back') return go(state.name === 'across' ? { ...state, name: 'side' } : idle);
    if (!('at' in input)) return go(state);
    const at = input.shift && state.name !== 'idle' && state.name !== 'across' ? onStep(state.from, input.at) : input.at;
    switch (input.kind) {
      case 'pointerDown':
        if (state.name === 'idle') return go({ name: 'dragging', from: at, to: at, pointer: at });
        if (state.name === 'side') return sided(state, at, hand.zoom);
        if (state.name === 'across') {
          const shape = raised(state.from, state.to, at);
          const small = !shape || Math.min(shape.width, shape.height) * hand.zoom < SLIP;
          return small ? go(idle) : go(idle, { do: 'add', shape });
        }
        return go(state);
      case 'pointerMove':
        if (state.name === 'idle') return go(state);
        return go(state.name === 'across' ? { ...state, pointer: at } : { ...state, to: at, pointer: at });
      case 'pointerUp':
        if (state.name !== 'dragging') return go(state);
        return distance(state.from, at) * hand.zoom < TREMBLE ? go({ ...state, name: 'side' }) : sided(state, at, hand.zoom);
      default:
        return go(state);
    }
  },

  preview: ({ name, from, to, pointer }) => {
    if (name === 'idle') return {};
    if (name === 'across') return { drawing: { shape: raised(from, to, pointer), path: [from, to] } };
    return { drawing: { shape: null, path: [from, to] } };
  },
};

function sided(state: RotatedState, to: ImagePoint, zoom: number) {
  const short = distance(state.from, to) * zoom < SLIP;
  return go<RotatedState>(short ? idle : { ...state, name: 'across', to, pointer: to });
}

function onStep(from: ImagePoint, at: ImagePoint): ImagePoint {
  const angle = stepped(Math.atan2(at.y - from.y, at.x - from.x), STEP);
  const away = distance(from, at);
  return imagePoint(from.x + away * Math.cos(angle), from.y + away * Math.sin(angle));
}

/** The box on a side, as high as a point lies from it; null while it is flat. */
function raised(a: ImagePoint, b: ImagePoint, at: ImagePoint): Extract<Shape, { kind: 'rotated_box' }> | null {
  const width = distance(a, b);
  const [ux, uy] = [(b.x - a.x) / width, (b.y - a.y) / width];
  const height = (at.x - a.x) * -uy + (at.y - a.y) * ux;
  if (!(width > 0) || height === 0) return null;
  return {
    kind: 'rotated_box',
    x: (a.x + b.x) / 2 - (uy * height) / 2,
    y: (a.y + b.y) / 2 + (ux * height) / 2,
    width,
    height: Math.abs(height),
    // The drawn side is the lower one where the box stands above it.
    angle: Math.atan2(uy, ux),
  };
}
