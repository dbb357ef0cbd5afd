/** The actions that change the shapes, groups and relations of what is selected. */
import type { Shape } from '../wire';
import type { Action, Studio } from './action';
import {
  cleanSelected,
  combineSelected,
  convertSelected,
  group,
  selectGroup,
  swapSides,
  thinSelected,
  turnSelected,
  ungroup,
} from './shaping';

const DEGREE = Math.PI / 180;
const selected = ({ editor }: Studio) => !editor.readOnly && editor.selection.ids.size > 0;
const several = ({ editor }: Studio) => !editor.readOnly && editor.selection.ids.size > 1;
const has = (...kinds: Shape['kind'][]) => (s: Studio) =>
  selected(s) && s.editor.selected().some(({ shape }) => shape && kinds.includes(shape.kind));

const convert = (kind: Shape['kind'], title: string, ...keys: string[]): Action => ({
  id: `shape.to.${kind}`,
  title,
  group: 'Shapes',
  keys,
  enabled: (s) => selected(s) && s.knows(kind) && s.editor.selected().some(({ shape }) => shape && shape.kind !== kind),
  run: ({ editor }) => convertSelected(editor, kind),
});

export const SHAPE_ACTIONS: readonly Action[] = [
  { id: 'shape.join', title: 'Join into the first selected', group: 'Shapes', keys: ['Alt+J'], enabled: several, run: ({ editor }) => combineSelected(editor, 'join') },
  { id: 'shape.subtract', title: 'Cut the others out of the first selected', group: 'Shapes', keys: ['Alt+U'], enabled: several, run: ({ editor }) => combineSelected(editor, 'subtract') },
  { id: 'shape.intersect', title: 'Keep what all selected share', group: 'Shapes', keys: ['Alt+I'], enabled: several, run: ({ editor }) => combineSelected(editor, 'intersect') },
  convert('polygon', 'Convert to a polygon', 'Alt+G'),
  convert('mask', 'Convert to a mask', 'Alt+B'),
  convert('box', 'Convert to a box', 'Alt+X'),
  convert('rotated_box', 'Convert to a turned box', 'Alt+T'),
  convert('ellipse', 'Convert to an ellipse', 'Alt+E'),
  convert('polyline', 'Convert to a line', 'Alt+L'),
  { id: 'shape.thin', title: 'Thin out corners', group: 'Shapes', keys: ['Alt+K'], enabled: has('polygon'), run: ({ editor }) => thinSelected(editor) },
  { id: 'shape.clean', title: 'Clean outlines that cross themselves', group: 'Shapes', keys: ['Alt+C'], enabled: has('polygon'), run: ({ editor }) => cleanSelected(editor) },
  { id: 'shape.right', title: 'Turn right by 1°', group: 'Shapes', keys: ['Ctrl+ArrowRight'], repeats: true, enabled: selected, run: ({ editor }) => turnSelected(editor, DEGREE) },
  { id: 'shape.left', title: 'Turn left by 1°', group: 'Shapes', keys: ['Ctrl+ArrowLeft'], repeats: true, enabled: selected, run: ({ editor }) => turnSelected(editor, -DEGREE) },
  { id: 'shape.right90', title: 'Turn right by 90°', group: 'Shapes', keys: ['Ctrl+Shift+ArrowRight'], enabled: selected, run: ({ editor }) => turnSelected(editor, 90 * DEGREE) },
  { id: 'shape.left90', title: 'Turn left by 90°', group: 'Shapes', keys: ['Ctrl+Shift+ArrowLeft'], enabled: selected, run: ({ editor }) => turnSelected(editor, -90 * DEGREE) },
  { id: 'shape.swap', title: 'Swap left and right keypoints', group: 'Shapes', keys: ['Alt+S'], enabled: has('skeleton'), run: ({ editor }) => swapSides(editor) },
  { id: 'shape.group', title: 'Group', group: 'Shapes', keys: ['Ctrl+G'], enabled: several, run: ({ editor }) => group(editor) },
  { id: 'shape.ungroup', title: 'Take out of the group', group: 'Shapes', keys: ['Ctrl+Shift+G'], enabled: (s) => selected(s) && s.editor.selected().some((entry) => entry.group), run: ({ editor }) => ungroup(editor) },
  { id: 'shape.whole', title: 'Select the whole group', group: 'Shapes', keys: ['Alt+W'], enabled: (s) => s.editor.selected().some((entry) => entry.group), run: ({ editor }) => selectGroup(editor) },
];
