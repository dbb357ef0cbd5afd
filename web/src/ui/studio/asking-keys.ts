/** What the keys mean while one attribute at a time is asked. */
import type { Flow } from '../../editor/flow';

const STEPS: Record<string, ['object' | 'question', 1 | -1]> = {
  ArrowRight: ['object', 1],
  Tab: ['object', 1],
  Enter: ['object', 1],
  ArrowLeft: ['object', -1],
  'Shift+Tab': ['object', -1],
  ArrowDown: ['question', 1],
  ArrowUp: ['question', -1],
};

/** Does what a key means to the questions; false where it means nothing to them. */
export function askedBy(key: string, flow: Flow): boolean {
  const step = STEPS[key];
  if (key === 'Escape') flow.toggleAsking();
  else if (step) flow.ask({ kind: step[0], by: step[1] });
  else if (key === 'Backspace' || key === 'Delete') flow.ask({ kind: 'answer', value: undefined, stay: true });
  // A letter slipped in answering must not begin a shape; Q leaves as it came, unless it is an option.
  else if (/^[A-Z0-9]$/.test(key) && key !== 'Q') flow.ask({ kind: 'pick', key });
  else return false;
  return true;
}
