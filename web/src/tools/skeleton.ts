/**
 * Places a skeleton: a click for each keypoint in the order of the template, or a drag that lays the
 * whole template into a frame. A click with Shift marks a keypoint as occluded; Tab leaves one out as
 * absent; Enter finishes, the rest absent; Backspace takes the last keypoint back.
 */
import { between } from '../geometry/bounds';
import { ABSENT, OCCLUDED, VISIBLE } from '../geometry/kinds/skeleton';
import { distance, type ImagePoint, imagePoint } from '../geometry/point';
import type { Keypoint, Shape, SkeletonTemplate } from '../wire';
import { go, type Hand, SLIP, type State, type Tool, TREMBLE, type Turn } from './tool';

type SkeletonState = State & {
  name: 'idle' | 'pressing' | 'placing' | 'spanning';
  placed: readonly Keypoint[];
  from: ImagePoint;
  pointer: ImagePoint;
};

const origin = imagePoint(0, 0);
const idle: SkeletonState = { name: 'idle', placed: [], from: origin, pointer: origin };

export const skeletonTool: Tool<SkeletonState> = {
  name: 'skeleton',
  cursor: 'crosshair',
  draws: 'skeleton',
  start: idle,

  on(state, input, hand) {
    const template = hand.category?.skeleton;
    if (!template || input.kind === 'cancel') return go(idle);
    switch (input.kind) {
      case 'pointerDown':
        if (state.name === 'idle') return go({ name: 'pressing', placed: [], from: input.at, pointer: input.at });
        return placed(state, input.at, input.shift ? OCCLUDED : VISIBLE, template);
      case 'pointerMove':
        if (state.name === 'pressing' && distance(state.from, input.at) * hand.zoom >= TREMBLE) {
          return go({ ...state, name: 'spanning', pointer: input.at });
        }
        return go(state.name === 'idle' ? state : { ...state, pointer: input.at });
      case 'pointerUp':
        if (state.name === 'pressing') return placed(state, state.from, input.shift ? OCCLUDED : VISIBLE, template);
        return state.name === 'spanning' ? laid(state, hand, template) : go(state);
      case 'skip':
        return state.name === 'placing' ? placed(state, state.pointer, ABSENT, template) : go(state);
      case 'back':
        return state.placed.length > 1 ? go({ ...state, placed: state.placed.slice(0, -1) }) : go(idle);
      case 'confirm':
        return state.name === 'placing' ? finished(state.placed, template) : go(state);
      default:
        return go(state);
    }
  },

  preview: (state, hand) => {
    const template = hand.category?.skeleton;
    if (!template || state.name === 'idle' || state.name === 'pressing') return {};
    if (state.name === 'spanning') return { drawing: { shape: fitted(template, state.from, state.pointer), path: [] } };
    const next = template.keypoints[state.placed.length];
    const keypoints = filledUp([...state.placed, [state.pointer.x, state.pointer.y, VISIBLE]], template);
    return {
      drawing: { shape: { kind: 'skeleton', keypoints }, path: [] },
      ...(next ? { label: { at: state.pointer, text: `${state.placed.length + 1}. ${next.name}` } } : {}),
    };
  },
};

function placed(state: SkeletonState, at: ImagePoint, visibility: number, template: SkeletonTemplate): Turn<SkeletonState> {
  const now: Keypoint[] = [...state.placed, [at.x, at.y, visibility]];
  if (now.length >= template.keypoints.length) return finished(now, template);
  return go({ name: 'placing', placed: now, from: at, pointer: at });
}

function finished(placed: readonly Keypoint[], template: SkeletonTemplate): Turn<SkeletonState> {
  const nothing = placed.every(([, , visibility]) => visibility === ABSENT);
  return nothing ? go(idle) : go(idle, { do: 'add', shape: { kind: 'skeleton', keypoints: filledUp(placed, template) } });
}

function laid(state: SkeletonState, hand: Hand, template: SkeletonTemplate): Turn<SkeletonState> {
  const frame = between(state.from, state.pointer);
  const small = Math.max(frame.right - frame.left, frame.bottom - frame.top) * hand.zoom < SLIP;
  return small ? go(idle) : go(idle, { do: 'add', shape: fitted(template, state.from, state.pointer) });
}

/** The template drawn into the frame between two corners. */
function fitted(template: SkeletonTemplate, a: ImagePoint, b: ImagePoint): Extract<Shape, { kind: 'skeleton' }> {
  const { left, top, right, bottom } = between(a, b);
  const keypoints = template.keypoints.map(({ x, y }): Keypoint => [left + x * (right - left), top + y * (bottom - top), VISIBLE]);
  return { kind: 'skeleton', keypoints };
}

/** Keypoints that were not placed are absent. */
function filledUp(placed: readonly Keypoint[], template: SkeletonTemplate): Keypoint[] {
  const last = placed.at(-1) ?? [0, 0, ABSENT];
  return template.keypoints.map((_, i) => placed[i] ?? [last[0], last[1], ABSENT]);
}
