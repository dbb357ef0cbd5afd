/**
 * Marks points: a click is an annotation of one point. Clicks with Shift gather more points in one
 * annotation; Enter or a click without Shift finishes it.
 */
import type { ImagePoint } from '../geometry/point';
import type { Point } from '../wire';
import { go, type State, type Tool } from './tool';

type PointsState = State & { name: 'idle' | 'gathering'; points: readonly ImagePoint[]; pressed: boolean };

const idle: PointsState = { name: 'idle', points: [], pressed: false };

const made = (points: readonly ImagePoint[]) =>
  go(idle, { do: 'add', shape: { kind: 'points', points: points.map(({ x, y }): Point => [x, y]) } });

export const pointsTool: Tool<PointsState> = {
  name: 'points',
  cursor: 'crosshair',
  draws: 'points',
  start: idle,

  on(state, input) {
    switch (input.kind) {
      case 'pointerDown':
        return go({ ...state, pressed: true });
      case 'pointerUp': {
        if (!state.pressed) return go(state);
        const points = [...state.points, input.at];
        return input.shift ? go({ name: 'gathering', points, pressed: false }) : made(points);
      }
      case 'confirm':
        return state.points.length > 0 ? made(state.points) : go(idle);
      case 'back':
        return state.points.length > 1 ? go({ ...state, points: state.points.slice(0, -1) }) : go(idle);
      case 'cancel':
        return go(idle);
      default:
        return go(state);
    }
  },

  preview: ({ points }) =>
    points.length > 0
      ? { drawing: { shape: { kind: 'points', points: points.map(({ x, y }): Point => [x, y]) }, path: [] } }
      : {},
};
