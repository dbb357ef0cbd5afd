/**
 * Paints masks: brush, eraser, lasso and fill.
 *
 * A stroke goes to the selected mask, or begins a new one; Alt turns a brush into an eraser and back.
 * The stroke is only a path until it is lifted, so painting costs the same on a mask of any size.
 */
import { distance, type ImagePoint } from '../geometry/point';
import type { Hand, PointerInput, State, Tool } from './tool';
import { go } from './tool';

type BrushState = State & { name: 'idle' | 'painting'; points: readonly ImagePoint[]; pointer: ImagePoint | null; erase: boolean };

const idle: BrushState = { name: 'idle', points: [], pointer: null, erase: false };
const STRIDE = 0.2; // of the radius: points nearer to the last change nothing that is seen

const radiusOf = (hand: Hand) => hand.options.brush / hand.zoom;

/** The mask a stroke would change. */
function targetOf({ selected }: Hand): string | null {
  return selected.length === 1 && selected[0]!.shape?.kind === 'mask' ? selected[0]!.id : null;
}

function brushLike(name: string, erases: boolean): Tool<BrushState> {
  const rests = (pointer: ImagePoint | null): BrushState => ({ ...idle, pointer });
  const strokeOf = (state: BrushState, hand: Hand) => ({
    points: state.points,
    radius: radiusOf(hand),
    erase: state.erase,
    target: targetOf(hand),
  });
  const painted = (state: BrushState, { at }: PointerInput, hand: Hand) => {
    const last = state.points.at(-1)!;
    const isNear = distance(last, at) < Math.max(0.5, radiusOf(hand) * STRIDE);
    return go({ ...state, pointer: at, points: isNear ? state.points : [...state.points, at] });
  };
  return {
    name,
    cursor: 'none',
    ...(erases ? { edits: true, changes: ['mask'] as const } : { draws: 'mask' as const }),
    start: idle,

    on(state, input, hand) {
      switch (input.kind) {
        case 'pointerDown':
          return go({ name: 'painting', points: [input.at], pointer: input.at, erase: erases !== input.alt });
        case 'pointerMove':
          return state.name === 'painting' ? painted(state, input, hand) : go(rests(input.at));
        case 'pointerUp':
          if (state.name !== 'painting') return go(state);
          return go(rests(input.at), { do: 'paint', stroke: strokeOf(state, hand) });
        case 'cancel':
          return go(rests(state.pointer));
        case 'confirm':
          // The next stroke begins a new mask.
          return go(rests(state.pointer), { do: 'select', ids: [], mode: 'only' });
        default:
          return go(state);
      }
    },

    preview: (state, hand) => ({
      ...(state.name === 'painting' ? { stroke: strokeOf(state, hand) } : {}),
      ...(state.pointer ? { brush: { at: state.pointer, radius: radiusOf(hand) } } : {}),
    }),
  };
}

export const brushTool = brushLike('brush', false);
export const eraserTool = brushLike('eraser', true);

type LassoState = State & { name: 'idle' | 'drawing'; ring: readonly ImagePoint[]; erase: boolean };

const still: LassoState = { name: 'idle', ring: [], erase: false };
const LASSO_STRIDE = 3; // screen pixels

/** Sets every pixel inside a freehand line; with Alt, clears them. */
export const lassoTool: Tool<LassoState> = {
  name: 'lasso',
  cursor: 'crosshair',
  draws: 'mask',
  start: still,

  on(state, input, hand) {
    switch (input.kind) {
      case 'pointerDown':
        return go({ name: 'drawing', ring: [input.at], erase: input.alt });
      case 'pointerMove': {
        if (state.name === 'idle') return go(state);
        const far = distance(state.ring.at(-1)!, input.at) * hand.zoom >= LASSO_STRIDE;
        return go(far ? { ...state, ring: [...state.ring, input.at] } : state);
      }
      case 'pointerUp':
        if (state.ring.length < 3) return go(still);
        return go(still, { do: 'lasso', ring: state.ring, erase: state.erase });
      case 'cancel':
        return go(still);
      default:
        return go(state);
    }
  },

  preview: ({ name, ring }) => (name === 'idle' ? {} : { drawing: { shape: null, path: ring, closable: ring.length > 8 } }),
};

/** Fills the hole of a mask that is clicked. */
export const fillTool: Tool = {
  name: 'fill',
  cursor: 'cell',
  edits: true,
  changes: ['mask'],
  start: { name: 'idle' },
  on: (state, input) => (input.kind === 'pointerDown' ? go(state, { do: 'fill', at: input.at }) : go(state)),
  preview: () => ({}),
};
