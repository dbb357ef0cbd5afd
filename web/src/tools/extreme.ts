/**
 * Draws a box by clicks on the top, left, bottom and right end of a thing, in any order: a click on
 * what is seen beats aiming at a corner in the air (Papadopoulos and others, 2017, Extreme clicking).
 */
import { boundsOf } from '../geometry/bounds';
import type { ImagePoint } from '../geometry/point';
import { t } from '../language/language';
import { go, SLIP, type State, type Tool } from './tool';

type ExtremeState = State & { name: 'idle' | 'clicking'; ends: readonly ImagePoint[]; pointer: ImagePoint | null };

const ENDS = 4;
const idle: ExtremeState = { name: 'idle', ends: [], pointer: null };

const around = (ends: readonly ImagePoint[]) => boundsOf(ends.map(({ x, y }) => [x, y] as const));

export const extremeTool: Tool<ExtremeState> = {
  name: 'extreme',
  cursor: 'crosshair',
  draws: 'box',
  start: idle,

  on(state, input, hand) {
    switch (input.kind) {
      case 'cancel':
        return go(idle);
      case 'back':
        return state.ends.length > 1 ? go({ ...state, ends: state.ends.slice(0, -1) }) : go(idle);
      case 'pointerMove':
        return go(state.name === 'idle' ? state : { ...state, pointer: input.at });
      case 'pointerDown': {
        const ends = [...state.ends, input.at];
        if (ends.length < ENDS) return go({ name: 'clicking', ends, pointer: input.at });
        const box = around(ends);
        const small = Math.min(box.right - box.left, box.bottom - box.top) * hand.zoom < SLIP;
        return small ? go(idle) : go(idle, { do: 'add', shape: { kind: 'box', ...box } });
      }
      default:
        return go(state);
    }
  },

  preview: ({ ends, pointer }) => {
    if (ends.length === 0) return {};
    const box = around(pointer ? [...ends, pointer] : ends);
    const flat = box.right <= box.left || box.bottom <= box.top;
    const left = ENDS - ends.length;
    const label = pointer ? { label: { at: pointer, text: t('{{count}} more ends', { count: left }) } } : {};
    return { drawing: { shape: flat ? null : { kind: 'box', ...box }, path: [] }, ...label };
  },
};
