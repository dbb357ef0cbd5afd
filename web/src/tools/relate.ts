/** Relates annotations: a click on the one it begins at, then on the one it leads to. */
import { type ImagePoint, imagePoint } from '../geometry/point';
import { boundsOfShape } from '../geometry/shapes';
import type { Annotation } from '../wire';
import { go, type State, type Tool } from './tool';

type RelateState = State & { name: 'idle' | 'leading'; from: string; start: ImagePoint; pointer: ImagePoint };

const origin = imagePoint(0, 0);
const idle: RelateState = { name: 'idle', from: '', start: origin, pointer: origin };

/** Where the line of a relation begins or ends: the middle of an annotation. */
export function middleOf({ shape }: Annotation): ImagePoint {
  if (!shape) return origin;
  const { left, top, right, bottom } = boundsOfShape(shape);
  return imagePoint((left + right) / 2, (top + bottom) / 2);
}

export const relateTool: Tool<RelateState> = {
  name: 'relate',
  cursor: 'alias',
  edits: true,
  start: idle,

  on(state, input, hand) {
    if (input.kind === 'cancel') return go(idle);
    if (input.kind === 'pointerMove') return go(state.name === 'idle' ? state : { ...state, pointer: input.at });
    if (input.kind !== 'pointerDown') return go(state);
    const hit = hand.hit(input.at);
    if (!hit) return go(idle);
    if (state.name === 'idle') {
      const next: RelateState = { name: 'leading', from: hit.id, start: middleOf(hit), pointer: input.at };
      return go(next, { do: 'select', ids: [hit.id], mode: 'only' });
    }
    return hit.id === state.from ? go(state) : go(idle, { do: 'relate', from: state.from, to: hit.id });
  },

  preview: ({ name, start, pointer }) => (name === 'idle' ? {} : { line: [start, pointer] }),
};
