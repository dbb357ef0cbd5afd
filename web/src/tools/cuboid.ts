/** Draws a cuboid as two faces: a drag for the front, then a click where the back lies. Shift makes the back smaller. */
import { between } from '../geometry/bounds';
import { boxCorners } from '../geometry/kinds/box';
import { type ImagePoint, imagePoint } from '../geometry/point';
import type { Point, Shape } from '../wire';
import { go, SLIP, type State, type Tool } from './tool';

type CuboidState = State & { name: 'idle' | 'front' | 'back'; from: ImagePoint; to: ImagePoint; pointer: ImagePoint; far: boolean };

const origin = imagePoint(0, 0);
const idle: CuboidState = { name: 'idle', from: origin, to: origin, pointer: origin, far: false };
const FARTHER = 0.7; // how much smaller a back face is drawn with Shift

export const cuboidTool: Tool<CuboidState> = {
  name: 'cuboid',
  cursor: 'crosshair',
  draws: 'cuboid',
  start: idle,

  on(state, input, hand) {
    if (input.kind === 'cancel' || input.kind === 'back') return go(idle);
    if (input.kind === 'confirm' && state.name === 'back') return go(idle, { do: 'add', shape: made(state) });
    if (!('at' in input)) return go(state);
    const { at, shift } = input;
    if (input.kind === 'pointerDown') {
      if (state.name === 'back') return go(idle, { do: 'add', shape: made({ ...state, pointer: at, far: shift }) });
      return go({ name: 'front', from: at, to: at, pointer: at, far: false });
    }
    if (input.kind === 'pointerMove') {
      if (state.name === 'front') return go({ ...state, to: at, pointer: at });
      return go(state.name === 'back' ? { ...state, pointer: at, far: shift } : state);
    }
    if (input.kind === 'pointerUp' && state.name === 'front') {
      const { left, top, right, bottom } = between(state.from, at);
      const small = Math.min(right - left, bottom - top) * hand.zoom < SLIP;
      return go<CuboidState>(small ? idle : { ...state, name: 'back', to: at, pointer: imagePoint(right, top) });
    }
    return go(state);
  },

  preview: (state) => {
    if (state.name === 'idle') return {};
    const frame = between(state.from, state.to);
    const flat = frame.right <= frame.left || frame.bottom <= frame.top;
    if (state.name === 'front') return { drawing: { shape: flat ? null : { kind: 'box', ...frame }, path: [] } };
    return { drawing: { shape: made(state), path: [] } };
  },
};

/** The back face has its top-right corner at the pointer. */
function made({ from, to, pointer, far }: CuboidState): Extract<Shape, { kind: 'cuboid' }> {
  const front = boxCorners(between(from, to));
  const [, [right, top]] = front as [Point, Point];
  const size = far ? FARTHER : 1;
  const back = front.map(([x, y]): Point => [pointer.x + (x - right) * size, pointer.y + (y - top) * size]);
  return { kind: 'cuboid', front, back };
}
