/** Moves the view. The surface does the moving itself, as it does for the space key and middle button. */
import { go, type State, type Tool } from './tool';

const idle: State = { name: 'idle' };

export const panTool: Tool = {
  name: 'pan',
  cursor: 'grab',
  start: idle,
  on: () => go(idle),
  preview: () => ({}),
};
