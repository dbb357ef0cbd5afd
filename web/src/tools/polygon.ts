/** Draws polygons, and holes, further parts and cuts of the polygons that are selected. */
import type { Combining } from '../geometry/areas';
import type { ImagePoint } from '../geometry/point';
import { ringArea } from '../geometry/rings';
import type { Point } from '../wire';
import { pathTool } from './path';
import type { Hand } from './tool';

const ringOf = (corners: readonly ImagePoint[]): Point[] => corners.map(({ x, y }) => [x, y]);
const encloses = (corners: readonly ImagePoint[]) => ringArea(ringOf(corners)) > 0;
const hasArea = (hand: Hand) => hand.selected.some(({ shape }) => shape?.kind === 'polygon' || shape?.kind === 'mask');

export const polygonTool = pathTool({
  name: 'polygon',
  draws: 'polygon',
  closes: true,
  make: (corners) => (encloses(corners) ? { do: 'add', shape: { kind: 'polygon', parts: [[ringOf(corners)]] } } : null),
});

const changing = (name: string, how: Combining) =>
  pathTool({
    name,
    closes: true,
    ready: hasArea,
    make: (corners) => (encloses(corners) ? { do: 'combine', how, ring: corners } : null),
  });

/** Cuts a hole, or a bite, out of what is selected. */
export const holeTool = changing('hole', 'subtract');

/** Adds an area to what is selected, as a part of its own where it lies apart. */
export const partTool = changing('part', 'join');

/** Cuts what is selected in two along a line; with nothing selected, whatever the line crosses. */
export const cutTool = pathTool({ name: 'cut', closes: false, make: (line) => ({ do: 'cut', line }) });
