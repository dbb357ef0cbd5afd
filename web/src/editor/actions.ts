/**
 * Every action of the studio in one table: keys, menus, the palette and the shortcut page read it.
 *
 * Keys are written as people say them: `Ctrl+Z`, `Shift+Tab`, `B`. On a Mac, Ctrl is the command key.
 */
import {
  canPaste,
  copy,
  judge,
  nudge,
  paste,
  recategorize,
  remove,
  setUnsure,
  toggleTag,
  UNSAID,
} from './changes';
import { boundsOfShape } from '../geometry/shapes';
import { shapesOf } from '../model/ontology';
import { union } from '../geometry/bounds';
import type { Action, Studio } from './action';
import { nextChannel, PLAIN } from './adjustments';
import type { Editor } from './editor';
import { FLOW_ACTIONS } from './flow-actions';
import { keymap } from './keymap';
import { SHAPE_ACTIONS } from './shape-actions';
import { TOOL_ACTIONS } from './tool-actions';

export type { Action, Group, Studio } from './action';

const selected = ({ editor }: Studio) => !editor.readOnly && editor.selection.ids.size > 0;
const writable = ({ editor }: Studio) => !editor.readOnly;
const anything = ({ editor }: Studio) => editor.store.size > 0;
const reviewing = (studio: Studio) => studio.isReview && selected(studio);

export const ACTIONS: readonly Action[] = [
  ...TOOL_ACTIONS,

  { id: 'edit.undo', title: 'Undo', group: 'Edit', keys: ['Ctrl+Z'], repeats: true, enabled: ({ editor }) => editor.history.canUndo, run: ({ editor }) => editor.undo() },
  { id: 'edit.redo', title: 'Redo', group: 'Edit', keys: ['Ctrl+Shift+Z', 'Ctrl+Y'], repeats: true, enabled: ({ editor }) => editor.history.canRedo, run: ({ editor }) => editor.redo() },
  { id: 'edit.copy', title: 'Copy', group: 'Edit', keys: ['Ctrl+C'], enabled: ({ editor }) => editor.selection.ids.size > 0, run: ({ editor }) => copy(editor) },
  { id: 'edit.paste', title: 'Paste, also on another item', group: 'Edit', keys: ['Ctrl+V'], enabled: (s) => writable(s) && canPaste(), run: ({ editor }) => paste(editor) },
  { id: 'edit.duplicate', title: 'Duplicate', group: 'Edit', keys: ['Ctrl+D'], enabled: selected, run: duplicate },
  { id: 'edit.delete', title: 'Delete', group: 'Edit', keys: ['Delete', 'Backspace'], enabled: selected, run: ({ editor }) => remove(editor, editor.selection.ids) },
  { id: 'edit.unsure', title: 'Cannot tell, or can after all', group: 'Edit', keys: ['Alt+U'], enabled: selected, run: ({ editor }) => toggleUnsure(editor) },
  { id: 'edit.left', title: 'Nudge left', group: 'Edit', keys: ['ArrowLeft'], repeats: true, enabled: selected, run: ({ editor }) => nudge(editor, -1, 0) },
  { id: 'edit.right', title: 'Nudge right', group: 'Edit', keys: ['ArrowRight'], repeats: true, enabled: selected, run: ({ editor }) => nudge(editor, 1, 0) },
  { id: 'edit.up', title: 'Nudge up', group: 'Edit', keys: ['ArrowUp'], repeats: true, enabled: selected, run: ({ editor }) => nudge(editor, 0, -1) },
  { id: 'edit.down', title: 'Nudge down', group: 'Edit', keys: ['ArrowDown'], repeats: true, enabled: selected, run: ({ editor }) => nudge(editor, 0, 1) },
  { id: 'edit.farleft', title: 'Nudge left by ten', group: 'Edit', keys: ['Shift+ArrowLeft'], repeats: true, enabled: selected, run: ({ editor }) => nudge(editor, -10, 0) },
  { id: 'edit.farright', title: 'Nudge right by ten', group: 'Edit', keys: ['Shift+ArrowRight'], repeats: true, enabled: selected, run: ({ editor }) => nudge(editor, 10, 0) },
  { id: 'edit.farup', title: 'Nudge up by ten', group: 'Edit', keys: ['Shift+ArrowUp'], repeats: true, enabled: selected, run: ({ editor }) => nudge(editor, 0, -10) },
  { id: 'edit.fardown', title: 'Nudge down by ten', group: 'Edit', keys: ['Shift+ArrowDown'], repeats: true, enabled: selected, run: ({ editor }) => nudge(editor, 0, 10) },

  ...SHAPE_ACTIONS,
  ...FLOW_ACTIONS,

  { id: 'select.all', title: 'Select all', group: 'Select', keys: ['Ctrl+A'], enabled: anything, run: selectAll },

  { id: 'view.fit', title: 'Show the whole item', group: 'View', keys: ['0'], run: ({ editor }) => editor.viewport.fit() },
  { id: 'view.actual', title: 'One to one', group: 'View', keys: ['Shift+0'], run: ({ editor }) => editor.viewport.actual() },
  { id: 'view.in', title: 'Zoom in', group: 'View', keys: ['+', '='], repeats: true, run: ({ editor }) => editor.viewport.zoom(1.25) },
  { id: 'view.out', title: 'Zoom out', group: 'View', keys: ['-'], repeats: true, run: ({ editor }) => editor.viewport.zoom(0.8) },
  { id: 'view.selection', title: 'Zoom to the selection', group: 'View', keys: ['F'], enabled: ({ editor }) => editor.selection.ids.size > 0, run: zoomToSelection },
  { id: 'view.hide', title: 'Hide or show the selection', group: 'View', keys: ['Shift+H'], enabled: ({ editor }) => editor.selection.ids.size > 0, run: (s) => toggleSelected(s, 'hidden') },
  { id: 'view.lock', title: 'Lock or unlock the selection', group: 'View', keys: ['Shift+L'], enabled: ({ editor }) => editor.selection.ids.size > 0, run: (s) => toggleSelected(s, 'locked') },
  { id: 'view.show', title: 'Show everything hidden', group: 'View', keys: ['Alt+H'], run: ({ editor }) => editor.view.showAll() },
  { id: 'view.names', title: 'Show or hide names', group: 'View', keys: ['Alt+N'], run: ({ editor }) => editor.view.set({ names: !editor.view.names }) },
  { id: 'view.patterns', title: 'Hatches beside colors, or not', group: 'View', keys: ['Alt+V'], run: ({ editor }) => editor.view.set({ patterns: !editor.view.patterns }) },
  { id: 'view.right', title: 'Turn the view right by 15°', group: 'View', keys: ['Alt+ArrowRight'], repeats: true, run: ({ editor }) => editor.viewport.turn(Math.PI / 12) },
  { id: 'view.left', title: 'Turn the view left by 15°', group: 'View', keys: ['Alt+ArrowLeft'], repeats: true, run: ({ editor }) => editor.viewport.turn(-Math.PI / 12) },
  { id: 'view.upright', title: 'View upright', group: 'View', keys: ['Alt+ArrowUp'], run: ({ editor }) => editor.viewport.turn(-editor.viewport.angle) },
  { id: 'view.predictions', title: 'Show or hide predictions', group: 'View', keys: ['Shift+P'], run: ({ editor }) => editor.view.set({ predictions: !editor.view.predictions }) },
  { id: 'view.brighter', title: 'Brighter', group: 'View', keys: [']'], repeats: true, run: ({ editor }) => editor.view.adjust({ brightness: editor.view.adjustments.brightness + 0.1 }) },
  { id: 'view.darker', title: 'Darker', group: 'View', keys: ['['], repeats: true, run: ({ editor }) => editor.view.adjust({ brightness: editor.view.adjustments.brightness - 0.1 }) },
  { id: 'view.contrast', title: 'More contrast', group: 'View', keys: ['}'], repeats: true, run: ({ editor }) => editor.view.adjust({ contrast: editor.view.adjustments.contrast + 0.1 }) },
  { id: 'view.flat', title: 'Less contrast', group: 'View', keys: ['{'], repeats: true, run: ({ editor }) => editor.view.adjust({ contrast: editor.view.adjustments.contrast - 0.1 }) },
  { id: 'view.gamma', title: 'Lift the dark parts', group: 'View', keys: ['Shift+G'], repeats: true, run: ({ editor }) => editor.view.adjust({ gamma: editor.view.adjustments.gamma * 1.1 }) },
  { id: 'view.invert', title: 'Invert the picture, or not', group: 'View', keys: ['Shift+Z'], run: ({ editor }) => editor.view.adjust({ invert: !editor.view.adjustments.invert }) },
  { id: 'view.channel', title: 'Next channel: all, red, green, blue', group: 'View', keys: ['Shift+R'], run: ({ editor }) => editor.view.adjust({ channel: nextChannel(editor.view.adjustments.channel) }) },
  { id: 'view.equalize', title: 'Equalize the picture, or not', group: 'View', keys: ['Shift+Q'], run: ({ editor }) => editor.view.adjust({ equalize: !editor.view.adjustments.equalize }) },
  { id: 'view.plain', title: 'Picture as it is', group: 'View', keys: ['Alt+0'], run: ({ editor }) => editor.view.adjust(PLAIN) },

  { id: 'task.submit', title: 'Submit and go on', group: 'Task', keys: ['Ctrl+Enter'], enabled: (s) => s.canSubmit && !s.isReview, run: (s) => s.submit() },
  { id: 'task.skip', title: 'Skip, with a reason', group: 'Task', keys: ['Ctrl+Shift+S'], enabled: (s) => s.canSubmit, run: (s) => s.skip() },
  { id: 'task.palette', title: 'Find an action', group: 'Task', keys: ['Ctrl+K'], run: (s) => s.openPalette() },
  { id: 'task.help', title: 'Keys at a glance', group: 'Task', keys: ['?'], run: (s) => s.openHelp() },

  { id: 'review.accept', title: 'Mark as accepted', group: 'Review', keys: ['A'], enabled: reviewing, run: ({ editor }) => judge(editor, editor.selection.ids, 'accepted') },
  { id: 'review.return', title: 'Mark as to be corrected', group: 'Review', keys: ['R'], enabled: reviewing, run: ({ editor }) => judge(editor, editor.selection.ids, 'returned') },
  { id: 'review.none', title: 'Take the mark back', group: 'Review', keys: ['U'], enabled: reviewing, run: ({ editor }) => judge(editor, editor.selection.ids, null) },
  { id: 'review.done', title: 'Accept the submission', group: 'Review', keys: ['Ctrl+Enter'], enabled: (s) => s.isReview && s.canSubmit, run: (s) => s.accept() },
  { id: 'review.back', title: 'Return the submission', group: 'Review', keys: ['Ctrl+Backspace'], enabled: (s) => s.isReview && s.canSubmit, run: (s) => s.sendBack() },
];

/** The actions of an ontology's categories: one key each, from the ontology or by number. */
function toggleUnsure(editor: Editor): void {
  const chosen = editor.selected();
  setUnsure(editor, chosen.map(({ id }) => id), chosen.every(({ unsure }) => unsure) ? null : UNSAID);
}

export function categoryActions(editor: Editor): Action[] {
  return (editor.ontology.categories ?? []).map((category, index) => {
    const number = index < 9 ? [String(index + 1)] : [];
    const own = category.shortcut ? [category.shortcut.toUpperCase()] : [];
    return {
      id: `category.${category.id}`,
      title: category.name,
      group: 'Categories',
      keys: [...own, ...number],
      run: (studio) => chooseCategory(studio, category.id),
    };
  });
}

/** The key of an event, written as in the table. */
export function keyOf(event: KeyboardEvent): string {
  // AltGr types signs on many keyboards; it arrives as Ctrl and Alt.
  const types = event.getModifierState?.('AltGraph') ?? false;
  const letter = letterOf(event);
  const parts = [(event.ctrlKey || event.metaKey) && !types ? 'Ctrl' : '', event.altKey && !types ? 'Alt' : ''];
  // For signs like “?” Shift is how they are typed, not what is meant.
  const meant = /^[A-Z0-9]$/.test(letter) || event.key.length > 1;
  parts.push(event.shiftKey && meant && !/^[0-9]$/.test(event.key) ? 'Shift' : '', letter);
  return parts.filter(Boolean).join('+');
}

/** The letter or digit on the key where Shift or a Mac’s Option key would make a sign of it. */
function letterOf({ key, code = '', shiftKey, altKey, ctrlKey }: KeyboardEvent): string {
  if (key.length > 1) return key;
  const [, letter, digit] = /^(?:Key([A-Z])|Digit([0-9]))$/.exec(code) ?? [];
  if (shiftKey && digit && !altKey) return digit;
  if (altKey && !ctrlKey && !/^[a-z0-9]$/i.test(key)) return letter ?? digit ?? key;
  return key.toUpperCase();
}

/** The action a key means now: categories first, then the first of the table that is possible. */
export function actionFor(key: string, studio: Studio, categories: readonly Action[]): Action | null {
  const means = (action: Action) => keymap.of(action).includes(key) && (action.enabled?.(studio) ?? true);
  // While reviewing, the review's own keys come before those of categories.
  const review = studio.isReview ? ACTIONS.find((action) => action.group === 'Review' && means(action)) : undefined;
  // Keys that a person chose are meant wherever they are; an ontology's come next.
  const own = ACTIONS.find((action) => keymap.isOwn(action.id) && means(action));
  return review ?? own ?? categories.find(means) ?? ACTIONS.find(means) ?? null;
}

/** Whether a person gave a key to an action of the table, so that a category cannot have it. */
export function keyTaken(key: string): boolean {
  return ACTIONS.some((action) => keymap.isOwn(action.id) && keymap.of(action).includes(key));
}

function duplicate({ editor }: Studio): void {
  copy(editor);
  paste(editor);
}

function selectAll({ editor }: Studio): void {
  const shown = editor.store.all().filter((annotation) => annotation.shape && editor.mayTouch(annotation));
  editor.selection.select(shown.map((annotation) => annotation.id));
}

function zoomToSelection({ editor }: Studio): void {
  const areas = editor.selected().flatMap((annotation) => (annotation.shape ? [boundsOfShape(annotation.shape)] : []));
  if (areas.length > 0) editor.viewport.show(areas.reduce(union));
}

function toggleSelected({ editor }: Studio, which: 'hidden' | 'locked'): void {
  editor.view.toggleAll(which, editor.selection.ids);
}

/** Choose the category of the next shape; with the select tool also of what is selected. */
export function chooseCategory({ editor, toolDraws }: Pick<Studio, 'editor' | 'toolDraws'>, id: string): void {
  const category = editor.categoryOf(id);
  if (!category) return;
  if (shapesOf(category).every((kind) => kind === 'tag')) toggleTag(editor, id);
  else {
    if (!toolDraws()) recategorizeSelected(editor, id);
    editor.setCategory(id);
  }
}

function recategorizeSelected(editor: Editor, id: string): void {
  const shaped = editor.selected().filter((annotation) => annotation.shape);
  recategorize(editor, shaped.map((annotation) => annotation.id), id);
}
