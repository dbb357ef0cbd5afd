/** Measures: a drag tells the distance, its two sides and its angle; nothing is stored. */
import { distance, type ImagePoint, imagePoint } from '../geometry/point';
import { go, type State, type Tool } from './tool';

type MeasureState = State & { name: 'idle' | 'measuring' | 'measured'; from: ImagePoint; to: ImagePoint };

const origin = imagePoint(0, 0);
const idle: MeasureState = { name: 'idle', from: origin, to: origin };

export const measureTool: Tool<MeasureState> = {
  name: 'measure',
  cursor: 'crosshair',
  start: idle,

  on(state, input) {
    switch (input.kind) {
      case 'pointerDown':
        return go({ name: 'measuring', from: input.at, to: input.at });
      case 'pointerMove':
        return go(state.name === 'measuring' ? { ...state, to: input.at } : state);
      case 'pointerUp':
        return go(state.name === 'measuring' ? { ...state, name: 'measured' } : state);
      case 'cancel':
        return go(idle);
      default:
        return go(state);
    }
  },

  preview: ({ name, from, to }) => {
    if (name === 'idle') return {};
    const [dx, dy] = [Math.abs(to.x - from.x), Math.abs(to.y - from.y)];
    // Counted against the clock from the x axis, as in school.
    const degrees = (Math.atan2(from.y - to.y, to.x - from.x) * 180) / Math.PI;
    const text = `${distance(from, to).toFixed(1)} px · ${dx.toFixed(1)} × ${dy.toFixed(1)} · ${degrees.toFixed(1)}°`;
    return { line: [from, to], label: { at: to, text } };
  },
};
