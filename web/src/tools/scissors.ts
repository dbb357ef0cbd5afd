/**
 * Intelligent scissors: a live wire follows the edges of the picture from the last click to the pointer.
 *
 * A click fixes the wire so far, a click on the first point or Enter closes it, Backspace takes the last
 * click back, Escape drops all.
 */
import { distance, type ImagePoint } from '../geometry/point';
import { AREAS, asks } from './smart-tool';
import { go, type State, type Tool, type Turn } from './tool';

const CLOSE_REACH = 10; // screen pixels around the first seed
const SAME = 3; // screen pixels: a second click of a double click

export type ScissorsState = State & {
  name: 'idle' | 'tracing';
  seeds: readonly ImagePoint[];
  pointer: ImagePoint | null;
};

const idle: ScissorsState = { name: 'idle', seeds: [], pointer: null };

const ask = (path: readonly ImagePoint[], pointer: ImagePoint | null) => asks({ predictor: 'scissors', path, pointer });

function closed({ seeds }: ScissorsState): Turn<ScissorsState> {
  return go(idle, asks({ predictor: 'scissors', path: seeds, closed: true }), { do: 'take' });
}

/** Whether a place would close the wire. A seed more than one is enough: the way back is another way. */
export function closesWire({ seeds }: ScissorsState, at: ImagePoint, zoom: number): boolean {
  return seeds.length >= 3 && distance(seeds[0]!, at) * zoom <= CLOSE_REACH;
}

export const scissorsTool: Tool<ScissorsState> = {
  name: 'scissors',
  cursor: 'crosshair',
  ...AREAS,
  start: idle,

  on(state, input, hand) {
    switch (input.kind) {
      case 'pointerDown': {
        const { at } = input;
        if (closesWire(state, at, hand.zoom)) return closed(state);
        const last = state.seeds.at(-1);
        if (last && distance(last, at) * hand.zoom < SAME) return go(state);
        const seeds = [...state.seeds, at];
        return go({ name: 'tracing', seeds, pointer: at }, ask(seeds, at));
      }
      case 'pointerMove': {
        if (state.name === 'idle') return go(state);
        return go({ ...state, pointer: input.at }, ask(state.seeds, input.at));
      }
      case 'doubleClick':
      case 'confirm':
        return state.seeds.length >= 2 ? closed(state) : go(state);
      case 'back': {
        const seeds = state.seeds.slice(0, -1);
        return seeds.length > 0 ? go({ ...state, seeds }, ask(seeds, state.pointer)) : go(idle, { do: 'drop' });
      }
      case 'cancel':
        return go(idle, { do: 'drop' });
      default:
        return go(state);
    }
  },

  preview: () => ({}),
};
