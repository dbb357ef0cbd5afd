/** Whether the work is safe, in one word, always in sight. */
import { Tooltip } from '@mantine/core';

import { ProblemError } from '../../api';
import { phrase, t } from '../../language/language';
import type { DraftSync, SaveState } from '../../sync/draft-sync';
import classes from './studio.module.css';
import { useSignal } from './use-signal';

const WORDS: Record<SaveState, { word: string; color: string; more: string }> = {
  saved: { word: phrase('Saved'), color: 'var(--lw-done)', more: phrase('The server has everything.') },
  pending: { word: phrase('Saving…'), color: 'var(--lw-annotating)', more: phrase('On its way to the server.') },
  saving: { word: phrase('Saving…'), color: 'var(--lw-annotating)', more: phrase('On its way to the server.') },
  offline: { word: phrase('Offline'), color: 'var(--lw-review)', more: phrase('The server does not answer. Go on working: everything is kept in this browser and sent once it answers.') },
  full: {
    word: phrase('Server full'),
    color: 'var(--lw-returned)',
    more: phrase('The server’s disk is full; tell whoever runs it. Go on working: it is tried again by itself, and nothing that was saved before is in danger.'),
  },
  'signed-out': {
    word: phrase('Signed out'),
    color: 'var(--lw-returned)',
    more: phrase('Sign in again, here or in another tab. Until then the work waits in this browser.'),
  },
  'lease-lost': {
    word: phrase('Passed on'),
    color: 'var(--lw-returned)',
    more: phrase('Somebody else holds this task now. Your work is kept as a draft, and offered to them.'),
  },
  closed: {
    word: phrase('Closed elsewhere'),
    color: 'var(--lw-returned)',
    more: phrase('This task was handed in or closed elsewhere. What you change now is kept as a draft of your own.'),
  },
  refused: {
    word: phrase('Not saved'),
    color: 'var(--lw-returned)',
    more: phrase('The server refused the last change. It is kept in this browser.'),
  },
};

const ONLY_HERE = phrase(
  'The browser has no room to keep it (its storage is full, or this is a private window). Keep this tab open until it says “Saved”.',
);

export function SaveStateView({ sync }: { sync: DraftSync }) {
  useSignal(sync.changed);
  const { word, color, more } = WORDS[sync.state];
  const inDanger = sync.unkept > 0 && sync.state !== 'saved';
  const busy = sync.state === 'saving' || sync.state === 'pending';
  const count = sync.pending > 0 && !busy ? ` (${sync.pending})` : '';
  const refused = sync.state === 'refused' && sync.refusal instanceof ProblemError ? t('It said: {{message}}', { message: sync.refusal.message }) : '';
  const danger = inDanger ? [t('{{count}} changes are only in this tab.', { count: sync.unkept }), t(ONLY_HERE)] : [];
  return (
    <Tooltip label={[...danger, t(more), refused].join(' ')} multiline maw={300}>
      <span
        className={classes.state}
        style={{ '--state': inDanger && !busy ? 'var(--lw-returned)' : color } as React.CSSProperties}
        role="status"
        data-testid="save-state"
        data-state={sync.state}
        data-unkept={sync.unkept}
      >
        {t(word)}
        {count}
        {inDanger && !busy && ` · ${t('only in this tab')}`}
      </span>
    </Tooltip>
  );
}
