/** The line at the foot: size, zoom, how much is marked, and what the tool wants next. */
import { useState } from 'react';

import type { Desk } from './desk';
import classes from './studio.module.css';
import { useSignal } from './use-signal';

const WANTS: Record<string, string> = {
  select: 'Click to select, drag to move, drag on nothing to frame. Space and drag moves the view.',
  box: 'Drag a box, or click two opposite corners. Escape drops it.',
  polygon: 'Click the corners, or drag freehand. Enter or the first corner closes it.',
  pan: 'Drag to move the view, wheel to zoom.',
};

const CORNERS = 'Drag a corner to move it, the middle of a side to add one. A double click takes a corner away.';

/** What the hand can do next, in words. */
function wanted({ editor, hand }: Desk): string {
  if (editor.readOnly) return 'Somebody else holds this task, or it is closed.';
  const only = editor.selection.only;
  const isPolygon = only !== null && editor.store.get(only)?.shape?.kind === 'polygon';
  return hand.current.name === 'select' && isPolygon ? CORNERS : (WANTS[hand.current.name] ?? '');
}

export function Foot({ desk }: { desk: Desk }) {
  const { editor, hand, envelope } = desk;
  useSignal(editor.viewport.changed, editor.store.changed, editor.selection.changed, hand.changed);
  const [began] = useState(() => envelope.item.notes);
  return (
    <footer className={classes.foot}>
      <span>
        {envelope.item.width} × {envelope.item.height}
      </span>
      <span data-testid="zoom">{Math.round(editor.viewport.scale * 100)} %</span>
      <span data-testid="count">
        {editor.store.size} {editor.store.size === 1 ? 'annotation' : 'annotations'}
        {editor.selection.ids.size > 0 && `, ${editor.selection.ids.size} selected`}
      </span>
      {began.length > 0 && <span title={began.join('\n')}>{began.join('; ')}</span>}
      <span className={classes.name} style={{ textAlign: 'right' }}>
        {wanted(desk)}
      </span>
    </footer>
  );
}
