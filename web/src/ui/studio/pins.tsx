/** Buttons over the pins that the picture shows: a click, or Enter, opens the issue. */
import { useLayoutEffect, useRef } from 'react';

import { imagePoint, type ImagePoint } from '../../geometry/point';
import { boundsOfShape } from '../../geometry/shapes';
import { t } from '../../language/language';
import type { Issue } from '../../wire';
import type { Desk } from './desk';
import classes from './studio.module.css';
import { useSignal } from './use-signal';

export function Pins({ desk, isPlacing }: { desk: Desk; isPlacing: boolean }) {
  const { editor, hand, flow } = desk;
  useSignal(desk.issuesChanged, editor.store.changed, hand.turned);
  const holder = useRef<HTMLDivElement>(null);
  const open = desk.issues.flatMap((issue) => {
    const at = issue.state === 'open' ? placeOf(desk, issue) : null;
    return at ? [{ issue, at }] : [];
  });
  useLayoutEffect(() => {
    const place = () => {
      open.forEach(({ at }, index) => {
        const button = holder.current?.children[index];
        const { x, y } = editor.viewport.toScreen(at);
        if (button instanceof HTMLElement) button.style.transform = `translate(${x - 12}px, ${y - 26}px)`;
      });
    };
    place();
    return editor.viewport.changed.subscribe(place);
  });
  // While something is drawn or placed, a pin is in nobody's way.
  const reachable = !isPlacing && hand.current.name === 'select' && !hand.isBusy;
  return (
    <div ref={holder} className={classes.pins} data-reachable={reachable}>
      {open.map(({ issue }) => (
        <button
          key={issue.id}
          type="button"
          className={classes.pin}
          title={issue.comments[0]?.text}
          aria-label={t('Issue: {{text}}', { text: issue.comments[0]?.text ?? t('open') })}
          data-testid="pin"
          onClick={() => flow.set({ tab: 'issues', issue: issue.id })}
        />
      ))}
    </div>
  );
}

/** Where a pin stands: its own place, or the corner of its annotation; as the painter has it. */
function placeOf({ editor }: Desk, issue: Issue): ImagePoint | null {
  if (issue.x !== null && issue.y !== null) return imagePoint(issue.x, issue.y);
  const shape = issue.annotation ? editor.store.get(issue.annotation)?.shape : undefined;
  if (!shape) return null;
  const { right, top } = boundsOfShape(shape);
  return imagePoint(right, top);
}
