/** Draws a box by dragging, or by one click on each of two opposite corners. Escape drops it. */
import { between } from '../geometry/bounds';
import { distance, type ImagePoint } from '../geometry/point';
import type { Shape } from '../wire';
import { go, type State, type Tool, TREMBLE } from './tool';

const SMALLEST = 3; // screen pixels; anything less was a slip of the hand

type Idle = State & { name: 'idle' };
type Dragging = State & { name: 'dragging'; from: ImagePoint; to: ImagePoint };
type Placing = State & { name: 'placing'; from: ImagePoint; to: ImagePoint };
type BoxState = Idle | Dragging | Placing;

const idle: Idle = { name: 'idle' };

export const boxTool: Tool<BoxState> = {
  name: 'box',
  cursor: 'crosshair',
  draws: 'box',
  start: idle,

  on(state, input, hand) {
    if (input.kind === 'cancel') return go(idle);
    if (input.kind === 'pointerDown') {
      if (state.name === 'placing') return finished(state.from, input.at, hand.zoom);
      return go({ name: 'dragging', from: input.at, to: input.at });
    }
    if (state.name === 'idle') return go(state);
    if (input.kind === 'pointerMove') return go({ ...state, to: input.at });
    if (input.kind === 'pointerUp' && state.name === 'dragging') {
      const still = distance(state.from, input.at) * hand.zoom < TREMBLE;
      return still ? go({ ...state, name: 'placing', to: input.at }) : finished(state.from, input.at, hand.zoom);
    }
    return go(state);
  },

  preview: (state) => {
    if (state.name === 'idle') return {};
    const box = between(state.from, state.to);
    const flat = box.right <= box.left || box.bottom <= box.top;
    return { drawing: { shape: flat ? null : { kind: 'box', ...box }, path: [] } };
  },
};

function finished(from: ImagePoint, to: ImagePoint, zoom: number) {
  const box = between(from, to);
  const small = Math.min(box.right - box.left, box.bottom - box.top) * zoom < SMALLEST;
  const shape: Shape = { kind: 'box', ...box };
  return small ? go(idle) : go(idle, { do: 'add', shape });
}
