/** The actions that lead through the work: finding, walking, asking, aids, other items, proposals. */
import type { Action, Studio } from './action';

const anything = ({ editor }: Studio) => editor.store.size > 0;
const chosen = ({ editor }: Studio) => editor.selection.ids.size > 0;
const writable = ({ editor }: Studio) => !editor.readOnly;
const proposed = ({ editor, flow }: Studio) => editor.view.predictions && flow.proposals.shown().length > 0;
const canSettle = (s: Studio) => writable(s) && !s.isDrawing() && proposed(s);
const asks = ({ editor }: Studio) => (editor.ontology.categories ?? []).some(({ attributes }) => attributes?.length);

export const FLOW_ACTIONS: readonly Action[] = [
  { id: 'tool.category', title: 'Find a category', group: 'Tools', keys: ['/', 'Shift+C'], enabled: writable, run: ({ flow }) => flow.set({ choosing: true }) },
  { id: 'tool.questions', title: 'One attribute at a time', group: 'Tools', keys: ['Q'], enabled: (s) => writable(s) && anything(s) && asks(s), run: ({ flow }) => flow.toggleAsking() },

  { id: 'select.next', title: 'Next annotation of the list', group: 'Select', keys: ['Tab'], repeats: true, enabled: anything, run: ({ flow }) => flow.step(1) },
  { id: 'select.previous', title: 'Previous annotation of the list', group: 'Select', keys: ['Shift+Tab'], repeats: true, enabled: anything, run: ({ flow }) => flow.step(-1) },
  { id: 'select.category', title: 'Select all of this category', group: 'Select', keys: ['Shift+A'], enabled: chosen, run: ({ flow }) => flow.selectLike('category') },
  { id: 'select.kind', title: 'Select all of this kind of shape', group: 'Select', keys: ['Shift+K'], enabled: chosen, run: ({ flow }) => flow.selectLike('kind') },
  { id: 'select.seen', title: 'Select all inside the view', group: 'Select', keys: ['Shift+V'], enabled: anything, run: ({ flow }) => flow.selectInView() },
  { id: 'select.listed', title: 'Select all that the list shows', group: 'Select', keys: ['Shift+E'], enabled: anything, run: ({ flow }) => flow.selectListed() },
  { id: 'select.search', title: 'Search the list', group: 'Select', keys: ['Ctrl+F'], run: ({ flow }) => flow.search() },

  { id: 'view.isolate', title: 'Show only the selection, or all again', group: 'View', keys: ['Shift+I'], enabled: (s) => chosen(s) || s.editor.view.aside !== null, run: ({ flow }) => flow.isolate() },
  { id: 'view.follow', title: 'Show each annotation large on Tab, or keep the zoom', group: 'View', keys: ['Shift+F'], run: ({ flow }) => flow.toggle('follow') },
  { id: 'view.minimap', title: 'Show or hide the small map', group: 'View', keys: ['Shift+N'], run: ({ flow }) => flow.toggle('minimap') },
  { id: 'view.filmstrip', title: 'Show or hide the strip of items', group: 'View', keys: ['Shift+T'], run: ({ flow }) => flow.toggle('filmstrip') },

  { id: 'problem.next', title: 'Next broken rule', group: 'Select', keys: ['F8'], repeats: true, enabled: ({ flow }) => flow.problems.hasRules, run: ({ flow }) => flow.problems.step(1) },
  { id: 'problem.previous', title: 'Previous broken rule', group: 'Select', keys: ['Shift+F8'], repeats: true, enabled: ({ flow }) => flow.problems.hasRules, run: ({ flow }) => flow.problems.step(-1) },

  { id: 'item.next', title: 'Open the next item', group: 'Task', keys: ['PageDown'], run: (s) => s.goToItem(1) },
  { id: 'item.previous', title: 'Open the previous item', group: 'Task', keys: ['PageUp'], run: (s) => s.goToItem(-1) },

  { id: 'proposal.next', title: 'Next proposal', group: 'Proposals', keys: ['J', 'ArrowDown', 'ArrowRight'], repeats: true, enabled: proposed, run: ({ flow }) => flow.walkProposals(1) },
  { id: 'proposal.previous', title: 'Previous proposal', group: 'Proposals', keys: ['Shift+J', 'K', 'ArrowUp', 'ArrowLeft'], repeats: true, enabled: proposed, run: ({ flow }) => flow.walkProposals(-1) },
  { id: 'edit.prediction', title: 'Accept the proposal shown', group: 'Proposals', keys: ['Enter'], enabled: canSettle, run: (s) => s.acceptPrediction(false) },
  { id: 'edit.predictions', title: 'Accept all proposals above the score', group: 'Proposals', keys: ['Shift+Enter'], enabled: canSettle, run: (s) => s.acceptPrediction(true) },
  { id: 'edit.reject', title: 'Wave the proposal shown away', group: 'Proposals', keys: ['Shift+Delete', 'Shift+Backspace'], enabled: canSettle, run: rejectFocused },
];

function rejectFocused({ flow }: Studio): void {
  const { focused } = flow.proposals;
  if (focused) flow.proposals.reject([focused]);
}
