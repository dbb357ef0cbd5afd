/** What the keys do in the studio: questions first, then the table of actions. */
import { useEffect } from 'react';

import { type Action, actionFor, keyOf, type Studio } from '../../editor/actions';
import { askedBy } from './asking-keys';
import type { Desk } from './desk';
import { isInDialog, isTyping, keepsForItself } from './focus';

export function useKeys(
  studio: Studio,
  categories: readonly Action[],
  desk: Desk,
  spaceHeld: { current: boolean },
  dialogOpen: boolean,
): void {
  useEffect(() => {
    const down = (event: KeyboardEvent) => {
      desk.editor.meter.alive();
      if (dialogOpen || event.defaultPrevented || isInDialog(event.target)) return;
      if (isTyping(event.target)) {
        // Escape leads from a field back to the picture; what was typed is kept.
        if (event.key === 'Escape') document.querySelector<HTMLElement>('[data-testid="surface"]')?.focus();
        return;
      }
      if (keepsForItself(event.target, event)) return;
      if (event.key === ' ') {
        spaceHeld.current = true;
        event.preventDefault();
        return;
      }
      const key = keyOf(event);
      const action = desk.flow.asking && askedBy(key, desk.flow) ? null : actionFor(key, studio, categories);
      if (action || desk.flow.asking) event.preventDefault();
      if (action && (!event.repeat || action.repeats)) action.run(studio);
    };
    const up = (event: KeyboardEvent) => {
      if (event.key === ' ') spaceHeld.current = false;
    };
    const hide = () => desk.sync.leave();
    const back = () => desk.sync.retry();
    window.addEventListener('keydown', down);
    window.addEventListener('keyup', up);
    window.addEventListener('pagehide', hide);
    window.addEventListener('online', back);
    window.addEventListener('focus', back);
    return () => {
      window.removeEventListener('keydown', down);
      window.removeEventListener('keyup', up);
      window.removeEventListener('pagehide', hide);
      window.removeEventListener('online', back);
      window.removeEventListener('focus', back);
    };
  }, [studio, categories, desk, spaceHeld, dialogOpen]);
}
