/** Draws an ellipse into a frame; Shift makes it a circle. It is turned by its handle afterwards. */
import { spanTool } from './span';

export const ellipseTool = spanTool('ellipse', 'ellipse', ({ left, top, right, bottom }) => ({
  kind: 'ellipse',
  x: (left + right) / 2,
  y: (top + bottom) / 2,
  rx: (right - left) / 2,
  ry: (bottom - top) / 2,
  angle: 0,
}));
