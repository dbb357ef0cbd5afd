/**
 * Magic wand: a click proposes the connected region of like color.
 *
 * Dragging to the right or left of the click takes in more or less, as the slider does. Shift adds
 * another region, Alt takes one away, a plain click begins anew. Enter accepts, Backspace takes the last
 * click back, Escape drops all.
 */
import type { PromptPoint } from '../editor/prompting';
import { distance, type ImagePoint } from '../geometry/point';
import { AREAS, asks } from './smart-tool';
import { go, type Hand, type PointerInput, type State, type Tool, TREMBLE, type Turn } from './tool';

const REACH = 6; // screen pixels of a drag to one step of tolerance

export type WandState = State & {
  name: 'idle' | 'pressing' | 'proposed';
  /** Clicks so far; all but the last keep the tolerance that they were made with. */
  points: readonly PromptPoint[];
  from: ImagePoint;
  /** The tolerance when the pointer went down. */
  before: number;
};

const idle: WandState = { name: 'idle', points: [], from: { x: 0, y: 0 }, before: 0 };

const ask = (points: readonly PromptPoint[]) => asks({ predictor: 'wand', points });

function pressed(state: WandState, { at, shift, alt }: PointerInput, { smart: { tolerance } }: Hand): Turn<WandState> {
  const kept = shift || alt ? state.points.map((point) => ({ tolerance, ...point })) : [];
  // There is nothing to take away from yet.
  if (alt && kept.length === 0) return go(state);
  const points = [...kept, { x: at.x, y: at.y, positive: !alt }];
  return go({ name: 'pressing', points, from: at, before: tolerance }, ask(points));
}

export const wandTool: Tool<WandState> = {
  name: 'wand',
  cursor: 'crosshair',
  ...AREAS,
  start: idle,

  on(state, input, hand) {
    switch (input.kind) {
      case 'pointerDown':
        return pressed(state, input, hand);
      case 'pointerMove': {
        if (state.name !== 'pressing') return go(state);
        if (distance(state.from, input.at) * hand.zoom < TREMBLE) return go(state);
        const tolerance = Math.round(state.before + ((input.at.x - state.from.x) * hand.zoom) / REACH);
        return tolerance === hand.smart.tolerance ? go(state) : go(state, { do: 'tune', settings: { tolerance } });
      }
      case 'pointerUp':
        return state.name === 'pressing' ? go({ ...state, name: 'proposed' }) : go(state);
      case 'back': {
        const points = state.points.slice(0, -1);
        if (points.length === 0) return go(idle, { do: 'drop' });
        const { tolerance: _, ...last } = points.at(-1)!;
        const left = [...points.slice(0, -1), last];
        return go({ ...state, name: 'proposed', points: left }, ask(left));
      }
      case 'confirm':
        return state.points.length > 0 ? go(idle, { do: 'take' }) : go(idle);
      case 'cancel':
        return go(idle, { do: 'drop' });
      default:
        return go(state);
    }
  },

  preview: () => ({}),
};
