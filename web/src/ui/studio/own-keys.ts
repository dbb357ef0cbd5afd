/** A person's own keys, kept in this browser for each member. */
import { useEffect } from 'react';

import { keymap, keySign } from '../../editor/keymap';
import { ACTIONS } from '../../editor/actions';
import { useSignal } from './use-signal';

const placeOf = (member: string) => `labelwright.keys.${member}`;
let whose: string | null = null;

/** Read the keys of a member, once; what cannot be read is left as the table has it. */
function load(member: string): void {
  if (whose === member) return;
  whose = member;
  keymap.resetAll();
  const text = localStorage.getItem(placeOf(member));
  try {
    if (text) keymap.read(text, ACTIONS);
  } catch {
    localStorage.removeItem(placeOf(member));
  }
}

/** The keys of the person who sits here; what changes is kept. Draws the component again on a change. */
export function useOwnKeys(member: string): void {
  load(member);
  useSignal(keymap.changed);
  useEffect(() => {
    const keep = () => {
      if (keymap.size === 0) localStorage.removeItem(placeOf(member));
      else localStorage.setItem(placeOf(member), keymap.text());
    };
    // Another tab of the same person may have changed them.
    const elsewhere = (event: StorageEvent) => {
      if (event.key !== placeOf(member)) return;
      whose = null;
      load(member);
    };
    const stop = keymap.changed.subscribe(keep);
    window.addEventListener('storage', elsewhere);
    return () => {
      stop();
      window.removeEventListener('storage', elsewhere);
    };
  }, [member]);
}

/** The first key of an action of the table, as people see it; null where it has none. */
export function firstKey(id: string): string | null {
  const action = ACTIONS.find((entry) => entry.id === id);
  const key = action && keymap.of(action)[0];
  return key ? keySign(key) : null;
}

/** The same in brackets, for tooltips. */
export function keyHint(id: string): string {
  const key = firstKey(id);
  return key ? ` (${key})` : '';
}
