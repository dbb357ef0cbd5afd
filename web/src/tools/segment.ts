/**
 * Click to segment: a model proposes the object at a click, or in a box that is dragged.
 *
 * Further clicks say what else belongs to it, with Alt what does not. Enter takes the proposal and the
 * next click begins another one; Backspace takes the last click back, then the box; Escape drops all.
 */
import type { PromptPoint } from '../editor/prompting';
import { type Bounds, between } from '../geometry/bounds';
import type { ImagePoint } from '../geometry/point';
import { AREAS, asks } from './smart-tool';
import { go, type Hand, type State, type Tool, type Turn } from './tool';

const LEAST = 8; // screen pixels of a side of the box; less is a click

export type SegmentState = State & {
  name: 'idle' | 'pressing' | 'proposed';
  points: readonly PromptPoint[];
  box: Bounds | null;
  from: ImagePoint;
  frame: Bounds | null;
  positive: boolean;
};

const idle: SegmentState = { name: 'idle', points: [], box: null, from: { x: 0, y: 0 }, frame: null, positive: true };

const ask = ({ points, box }: Pick<SegmentState, 'points' | 'box'>) =>
  asks({ predictor: 'segment', points, ...(box ? { box } : {}) });

const resting = ({ points, box }: SegmentState) => (points.length > 0 || box ? 'proposed' : 'idle');

function lifted(state: SegmentState, hand: Hand): Turn<SegmentState> {
  const { frame, from, positive } = state;
  const isBox = frame !== null && Math.min(frame.right - frame.left, frame.bottom - frame.top) * hand.zoom >= LEAST;
  const rest: SegmentState = { ...state, name: resting(state), frame: null };
  // There is nothing to take away from yet.
  if (!positive && rest.name === 'idle') return go(rest);
  const next: SegmentState =
    isBox && positive
      ? { ...rest, name: 'proposed', points: [], box: frame }
      : { ...rest, name: 'proposed', points: [...state.points, { x: from.x, y: from.y, positive }] };
  return go(next, ask(next));
}

function back(state: SegmentState): Turn<SegmentState> {
  const next = state.points.length > 0 ? { ...state, points: state.points.slice(0, -1) } : { ...state, box: null };
  if (resting(next) === 'idle') return go(idle, { do: 'drop' });
  return go({ ...next, name: 'proposed' }, ask(next));
}

export const segmentTool: Tool<SegmentState> = {
  name: 'segment',
  cursor: 'crosshair',
  ...AREAS,
  start: idle,

  on(state, input, hand) {
    switch (input.kind) {
      case 'pointerDown':
        return go({ ...state, name: 'pressing', from: input.at, frame: null, positive: !input.alt });
      case 'pointerMove':
        return go(state.name === 'pressing' ? { ...state, frame: between(state.from, input.at) } : state);
      case 'pointerUp':
        return state.name === 'pressing' ? lifted(state, hand) : go(state);
      case 'back':
        return back(state);
      case 'confirm':
        return resting(state) === 'proposed' ? go(idle, { do: 'take' }) : go(idle);
      case 'cancel':
        return go(idle, { do: 'drop' });
      default:
        return go(state);
    }
  },

  preview: ({ name, frame, positive }) => (name === 'pressing' && frame && positive ? { frame } : {}),
};
