/** Draws open lines by clicking their points, or freehand by dragging. */
import type { Point } from '../wire';
import { pathTool } from './path';

export const polylineTool = pathTool({
  name: 'polyline',
  draws: 'polyline',
  closes: false,
  make: (corners) => ({ do: 'add', shape: { kind: 'polyline', points: corners.map(({ x, y }): Point => [x, y]) } }),
});
