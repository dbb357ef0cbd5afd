/** Every tool by name, in the order in which a category that cannot be drawn as before chooses one. */
import { boxTool } from './box';
import { brushTool, eraserTool, fillTool, lassoTool } from './brush';
import { cuboidTool } from './cuboid';
import { ellipseTool } from './ellipse';
import { extremeTool } from './extreme';
import { grabcutTool } from './grabcut';
import { measureTool } from './measure';
import { panTool } from './pan';
import { pointsTool } from './points';
import { cutTool, holeTool, partTool, polygonTool } from './polygon';
import { polylineTool } from './polyline';
import { relateTool } from './relate';
import { rotatedBoxTool } from './rotated-box';
import { scissorsTool } from './scissors';
import { segmentTool } from './segment';
import { selectTool } from './select';
import { skeletonTool } from './skeleton';
import { superpixelsTool } from './superpixels';
import type { Tool } from './tool';
import { wandTool } from './wand';

export const TOOLS: Readonly<Record<string, Tool>> = Object.fromEntries(
  [
    selectTool,
    boxTool,
    extremeTool,
    rotatedBoxTool,
    polygonTool,
    polylineTool,
    pointsTool,
    ellipseTool,
    skeletonTool,
    cuboidTool,
    brushTool,
    eraserTool,
    lassoTool,
    fillTool,
    wandTool,
    scissorsTool,
    superpixelsTool,
    grabcutTool,
    segmentTool,
    holeTool,
    partTool,
    cutTool,
    relateTool,
    measureTool,
    panTool,
  ].map((tool) => [tool.name, tool as unknown as Tool]),
);
