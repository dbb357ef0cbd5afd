/**
 * GrabCut: a box around an object proposes what stands out in it; strokes make it better.
 *
 * A plain stroke says what belongs to the object, a stroke with Alt what does not. Enter accepts,
 * Backspace takes the last stroke back, Escape drops all.
 */
import type { Hint } from '../editor/prompting';
import { type Bounds, between } from '../geometry/bounds';
import { distance, type ImagePoint } from '../geometry/point';
import { AREAS, asks } from './smart-tool';
import { go, type Hand, type State, type Tool } from './tool';

const LEAST = 8; // screen pixels of a side of the box
const STROKE = 5; // screen pixels: the radius of a stroke
const STRIDE = 3; // screen pixels between the points of a stroke

export type GrabcutState = State & {
  name: 'idle' | 'boxing' | 'proposed' | 'hinting';
  from: ImagePoint;
  box: Bounds | null;
  strokes: readonly Hint[];
  hint: Hint | null;
  pointer: ImagePoint | null;
};

const idle: GrabcutState = { name: 'idle', from: { x: 0, y: 0 }, box: null, strokes: [], hint: null, pointer: null };

const ask = (box: Bounds, strokes: readonly Hint[]) => asks({ predictor: 'grabcut', box, strokes });
const radiusOf = ({ zoom }: Hand) => STROKE / zoom;

export const grabcutTool: Tool<GrabcutState> = {
  name: 'grabcut',
  cursor: 'crosshair',
  ...AREAS,
  start: idle,

  on(state, input, hand) {
    switch (input.kind) {
      case 'pointerDown': {
        if (state.name !== 'proposed') return go({ ...idle, name: 'boxing', from: input.at, box: between(input.at, input.at) });
        const hint: Hint = { points: [input.at], positive: !input.alt, radius: radiusOf(hand) };
        return go({ ...state, name: 'hinting', hint, pointer: input.at });
      }
      case 'pointerMove': {
        const next = { ...state, pointer: input.at };
        if (state.name === 'boxing') return go({ ...next, box: between(state.from, input.at) });
        if (state.name !== 'hinting') return go(next);
        const { hint } = state;
        const near = distance(hint!.points.at(-1)!, input.at) * hand.zoom < STRIDE;
        return go(near ? next : { ...next, hint: { ...hint!, points: [...hint!.points, input.at] } });
      }
      case 'pointerUp': {
        const { name, box, strokes, hint } = state;
        if (name === 'hinting') {
          const all = [...strokes, hint!];
          return go({ ...state, name: 'proposed', strokes: all, hint: null }, ask(box!, all));
        }
        if (name !== 'boxing') return go(state);
        const small = Math.min(box!.right - box!.left, box!.bottom - box!.top) * hand.zoom < LEAST;
        return small ? go(idle) : go({ ...state, name: 'proposed', pointer: input.at }, ask(box!, []));
      }
      case 'back': {
        if (state.name !== 'proposed' || state.strokes.length === 0) return go(idle, { do: 'drop' });
        const strokes = state.strokes.slice(0, -1);
        return go({ ...state, strokes }, ask(state.box!, strokes));
      }
      case 'confirm':
        return state.name === 'proposed' ? go(idle, { do: 'take' }) : go(state);
      case 'cancel':
        return go(idle, { do: 'drop' });
      default:
        return go(state);
    }
  },

  preview: ({ name, box, hint, pointer }, hand) => {
    if (name === 'boxing') return { frame: box! };
    if (name === 'hinting') return { line: hint!.points };
    return name === 'proposed' && pointer ? { brush: { at: pointer, radius: radiusOf(hand) } } : {};
  },
};
