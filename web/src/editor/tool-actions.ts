/** The actions that choose a tool, set it, and steer a shape in the making. */
import type { Action, Studio } from './action';

const writable = ({ editor }: Studio) => !editor.readOnly;
const paints = (s: Studio) => BRUSHES.includes(s.toolName());
const BRUSHES = ['brush', 'eraser'];
const STEPPED: Readonly<Record<string, 'tolerance' | 'superpixel'>> = { wand: 'tolerance', superpixels: 'superpixel' };
const steps = (s: Studio) => s.toolName() in STEPPED;

const tool = (name: string, title: string, ...keys: string[]): Action => ({
  id: `tool.${name}`,
  title,
  group: 'Tools',
  keys,
  enabled: (s) => s.can(name),
  run: (s) => s.useTool(name),
});

export const TOOL_ACTIONS: readonly Action[] = [
  tool('select', 'Select', 'V'),
  tool('box', 'Draw boxes', 'B'),
  tool('extreme', 'Draw boxes by their four ends', 'Shift+B'),
  tool('rotated_box', 'Draw turned boxes', 'T'),
  tool('polygon', 'Draw polygons', 'P'),
  tool('polyline', 'Draw lines', 'L'),
  tool('points', 'Mark points', 'O'),
  tool('ellipse', 'Draw ellipses', 'E'),
  tool('skeleton', 'Place skeletons', 'K'),
  tool('cuboid', 'Draw cuboids', 'D'),
  tool('brush', 'Paint masks', 'M'),
  tool('eraser', 'Erase from masks', 'X'),
  tool('lasso', 'Lasso masks', 'Shift+M'),
  tool('fill', 'Fill holes of masks', 'Alt+M'),
  tool('wand', 'Magic wand: regions of like color', 'W'),
  tool('scissors', 'Intelligent scissors along edges', 'I'),
  tool('superpixels', 'Paint superpixels', 'S'),
  tool('grabcut', 'Cut an object out of a box', 'G'),
  tool('segment', 'Click to segment, by a model', 'C'),
  tool('hole', 'Cut a hole into the selection', 'Alt+P'),
  tool('part', 'Add a part to the selection', 'Alt+A'),
  tool('cut', 'Cut in two along a line', 'Shift+X'),
  tool('relate', 'Relate two annotations', 'Y'),
  tool('measure', 'Measure', 'Alt+R'),
  tool('pan', 'Move the view', 'H'),
  { id: 'tool.again', title: 'Draw the same again', group: 'Tools', keys: ['N'], enabled: writable, run: (s) => s.again() },
  { id: 'tool.confirm', title: 'Finish the shape', group: 'Tools', keys: ['Enter'], enabled: (s) => s.isDrawing(), run: (s) => s.feed('confirm') },
  { id: 'tool.newmask', title: 'Begin a new mask', group: 'Tools', keys: ['Enter'], enabled: (s) => paints(s) && s.editor.selection.ids.size > 0, run: (s) => s.feed('confirm') },
  { id: 'tool.skip', title: 'Leave a keypoint out', group: 'Tools', keys: ['Tab'], enabled: (s) => s.isDrawing() && s.toolName() === 'skeleton', run: (s) => s.feed('skip') },
  { id: 'tool.back', title: 'Take the last point back', group: 'Tools', keys: ['Backspace'], repeats: true, enabled: (s) => s.isDrawing(), run: (s) => s.feed('back') },
  { id: 'tool.cancel', title: 'Drop the shape, or select nothing', group: 'Tools', keys: ['Escape'], run: cancel },
  { id: 'tool.larger', title: 'Larger brush', group: 'Tools', keys: [']', '.'], repeats: true, enabled: paints, run: ({ editor }) => editor.options.resizeBrush(1) },
  { id: 'tool.smaller', title: 'Smaller brush', group: 'Tools', keys: ['[', ','], repeats: true, enabled: paints, run: ({ editor }) => editor.options.resizeBrush(-1) },
  { id: 'tool.more', title: 'Wand takes more, superpixels larger', group: 'Tools', keys: [']', '.'], repeats: true, enabled: steps, run: (s) => s.tune(STEPPED[s.toolName()]!, 1) },
  { id: 'tool.less', title: 'Wand takes less, superpixels smaller', group: 'Tools', keys: ['[', ','], repeats: true, enabled: steps, run: (s) => s.tune(STEPPED[s.toolName()]!, -1) },
  { id: 'tool.snap', title: 'Snap to neighbours, or not', group: 'Tools', keys: ['Shift+S'], enabled: writable, run: ({ editor }) => editor.options.set({ snap: !editor.options.snap }) },
  { id: 'tool.panoptic', title: 'One annotation a pixel, or not', group: 'Tools', keys: ['Shift+O'], enabled: (s) => s.can('brush'), run: ({ editor }) => editor.options.set({ panoptic: !editor.options.panoptic }) },
];

function cancel(studio: Studio): void {
  if (studio.isDrawing() || studio.toolName() === 'measure') studio.feed('cancel');
  else studio.editor.selection.clear();
}
