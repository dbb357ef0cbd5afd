/** What has the focus, and which keys it keeps from the table of actions. */

const MOVED = 'input[type="radio"], input[type="range"], [role="slider"], [role="tab"]';
const PRESSED = /^(button|checkbox|color|file|image|radio|range|reset|submit)$/;

/** Whether letters go into a field. Boxes to tick and sliders are fields too, but nobody types there. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !PRESSED.test(target.type);
  return target.isContentEditable || /^(TEXTAREA|SELECT)$/.test(target.tagName);
}

/** Whether a dialog has the focus; a hint of the tour is none. */
export function isInDialog(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('[role="dialog"]:not([data-testid="tour"])') !== null;
}

/** Whether the focused control uses the key itself: a button is pressed, a slider moved. */
export function keepsForItself(target: EventTarget | null, { key, ctrlKey, metaKey }: KeyboardEvent): boolean {
  if (!(target instanceof HTMLElement) || ctrlKey || metaKey) return false;
  const pressed = target.closest('button, a, input, [role="radio"], [role="tab"], [role="slider"], [role="option"]');
  if (!pressed) return false;
  if (key.startsWith('Arrow')) return pressed.matches(MOVED);
  return key === 'Enter' || key === 'Tab' || key === ' ';
}
