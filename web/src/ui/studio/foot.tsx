/** The line at the foot: size, zoom, how much is marked, and what the tool wants next. */
import { useState } from 'react';

import { t } from '../../language/language';
import { count } from '../words';
import type { Desk } from './desk';
import classes from './studio.module.css';
import { HOLDS, WANTS } from './tool-words';
import { useSignal } from './use-signal';

/** What the hand can do next, in words. */
function wanted({ editor, hand }: Desk): string {
  if (editor.readOnly) return t('Somebody else holds this task, or it is closed.');
  const only = editor.selection.only;
  const kind = only === null ? undefined : editor.store.get(only)?.shape?.kind;
  const held = hand.current.name === 'select' && kind ? HOLDS[kind] : undefined;
  return t(held ?? WANTS[hand.current.name] ?? '');
}

export function Foot({ desk }: { desk: Desk }) {
  const { editor, hand, envelope } = desk;
  useSignal(editor.viewport.changed, editor.store.changed, editor.selection.changed, hand.turned);
  const [began] = useState(() => envelope.item.notes);
  return (
    <footer className={classes.foot}>
      <span>
        {envelope.item.width} × {envelope.item.height}
      </span>
      <span data-testid="zoom">{t('{{value}} %', { value: Math.round(editor.viewport.scale * 100) })}</span>
      <span data-testid="count">
        {count(editor.store.size, 'annotation')}
        {editor.selection.ids.size > 0 && `, ${t('{{number}} selected', { number: editor.selection.ids.size })}`}
      </span>
      {began.length > 0 && <span title={began.join('\n')}>{began.join('; ')}</span>}
      <span className={classes.name} style={{ textAlign: 'right' }}>
        {wanted(desk)}
      </span>
    </footer>
  );
}
