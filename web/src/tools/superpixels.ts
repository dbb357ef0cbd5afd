/**
 * Superpixel painting: the superpixel under the pointer is shown, a click or a stroke takes it in.
 *
 * Alt takes away. Each stroke keeps the size of superpixel that it was made with. Enter accepts,
 * Backspace takes the last stroke back, Escape drops all.
 */
import type { Hint } from '../editor/prompting';
import { distance, type ImagePoint } from '../geometry/point';
import { AREAS, asks } from './smart-tool';
import { go, type Hand, type State, type Tool } from './tool';

const STRIDE = 0.25; // of a superpixel: nearer points are not noted

export type SuperpixelState = State & {
  name: 'idle' | 'painting' | 'proposed';
  strokes: readonly Hint[];
};

const idle: SuperpixelState = { name: 'idle', strokes: [] };

/** The side of a superpixel in image points: even steps, so that a little zooming keeps the grid. */
export function cellOf({ smart, zoom }: Hand): number {
  const wanted = Math.max(6, smart.superpixel / zoom);
  return Math.round(2 ** (Math.round(Math.log2(wanted) * 2) / 2));
}

const ask = (strokes: readonly Hint[], pointer: ImagePoint | null, hand: Hand) =>
  asks({ predictor: 'superpixels', strokes, pointer, options: { cell: cellOf(hand) } });

export const superpixelsTool: Tool<SuperpixelState> = {
  name: 'superpixels',
  cursor: 'crosshair',
  ...AREAS,
  start: idle,

  on(state, input, hand) {
    switch (input.kind) {
      case 'pointerDown': {
        const stroke: Hint = { points: [input.at], positive: !input.alt, radius: cellOf(hand) };
        const strokes = [...state.strokes, stroke];
        return go({ name: 'painting', strokes }, ask(strokes, input.at, hand));
      }
      case 'pointerMove': {
        if (state.name !== 'painting') return go(state, ask(state.strokes, input.at, hand));
        const stroke = state.strokes.at(-1)!;
        if (distance(stroke.points.at(-1)!, input.at) < stroke.radius * STRIDE) return go(state);
        const strokes = [...state.strokes.slice(0, -1), { ...stroke, points: [...stroke.points, input.at] }];
        return go({ ...state, strokes }, ask(strokes, input.at, hand));
      }
      case 'pointerUp':
        return state.name === 'painting' ? go({ ...state, name: 'proposed' }) : go(state);
      case 'back': {
        const strokes = state.strokes.slice(0, -1);
        return strokes.length > 0 ? go({ name: 'proposed', strokes }, ask(strokes, null, hand)) : go(idle, { do: 'drop' });
      }
      case 'confirm':
        return state.strokes.length > 0 ? go(idle, { do: 'take' }) : go(idle);
      case 'cancel':
        return go(idle, { do: 'drop' });
      default:
        return go(state);
    }
  },

  preview: () => ({}),
};
