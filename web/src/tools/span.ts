/**
 * Tools that span a frame: a drag from corner to opposite corner, or a click on each of the two.
 *
 * With Shift the frame is a square, with Alt it grows from its center. Escape drops it.
 */
import { type Bounds, between } from '../geometry/bounds';
import { distance, type ImagePoint, imagePoint } from '../geometry/point';
import type { Shape } from '../wire';
import { go, type Hand, type Input, type PointerInput, SLIP, type State, type Tool, TREMBLE } from './tool';

export type Spanning = State & { name: 'idle' | 'dragging' | 'placing'; start: ImagePoint; frame: Bounds };

const idle: Spanning = { name: 'idle', start: imagePoint(0, 0), frame: { left: 0, top: 0, right: 0, bottom: 0 } };

export function spanTool(name: string, draws: Shape['kind'], make: (frame: Bounds, hand: Hand) => Shape | null): Tool<Spanning> {
  const finished = (state: Spanning, input: PointerInput, hand: Hand) => {
    const frame = framed(state.start, input);
    const small = Math.min(frame.right - frame.left, frame.bottom - frame.top) * hand.zoom < SLIP;
    const shape = small ? null : make(frame, hand);
    return shape ? go(idle, { do: 'add', shape }) : go(idle);
  };
  return {
    name,
    cursor: 'crosshair',
    draws,
    start: idle,

    on(state, input: Input, hand) {
      if (input.kind === 'cancel') return go(idle);
      if (input.kind === 'pointerDown') {
        if (state.name === 'placing') return finished(state, input, hand);
        return go({ name: 'dragging', start: input.at, frame: between(input.at, input.at) });
      }
      if (state.name === 'idle') return go(state);
      if (input.kind === 'pointerMove') {
        return go({ ...state, frame: framed(state.start, input) });
      }
      if (input.kind === 'pointerUp' && state.name === 'dragging') {
        const still = distance(state.start, input.at) * hand.zoom < TREMBLE;
        return still ? go({ ...state, name: 'placing' }) : finished(state, input, hand);
      }
      return go(state);
    },

    preview: (state, hand) => {
      if (state.name === 'idle') return {};
      const { frame } = state;
      const flat = frame.right <= frame.left || frame.bottom <= frame.top;
      return { drawing: { shape: flat ? null : make(frame, hand), path: [] } };
    },
  };
}

/** The frame a pointer spans: with Shift a square, with Alt around its start. */
function framed(start: ImagePoint, { at, shift, alt }: PointerInput): Bounds {
  const side = Math.max(Math.abs(at.x - start.x), Math.abs(at.y - start.y));
  const square = imagePoint(start.x + side * Math.sign(at.x - start.x || 1), start.y + side * Math.sign(at.y - start.y || 1));
  const to = shift ? square : at;
  return between(alt ? imagePoint(2 * start.x - to.x, 2 * start.y - to.y) : start, to);
}
