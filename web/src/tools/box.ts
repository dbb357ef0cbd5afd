/** Draws a box by dragging, or by one click on each of two opposite corners. Escape drops it. */
import { spanTool } from './span';

export const boxTool = spanTool('box', 'box', (frame) => ({ kind: 'box', ...frame }));
