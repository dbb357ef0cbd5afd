/** Whether the work is safe, in one word, always in sight. */
import { Tooltip } from '@mantine/core';

import type { DraftSync, SaveState } from '../../sync/draft-sync';
import classes from './studio.module.css';
import { useSignal } from './use-signal';

const WORDS: Record<SaveState, { word: string; color: string; more: string }> = {
  saved: { word: 'Saved', color: 'var(--lw-done)', more: 'The server has everything.' },
  pending: { word: 'Saving…', color: 'var(--lw-annotating)', more: 'Kept in this browser, on its way to the server.' },
  saving: { word: 'Saving…', color: 'var(--lw-annotating)', more: 'Kept in this browser, on its way to the server.' },
  offline: {
    word: 'Offline',
    color: 'var(--lw-review)',
    more: 'The server does not answer. Go on working: everything is kept in this browser and sent once it answers.',
  },
  'signed-out': {
    word: 'Signed out',
    color: 'var(--lw-returned)',
    more: 'Sign in again, here or in another tab. Everything is kept in this browser until then.',
  },
  'lease-lost': {
    word: 'Passed on',
    color: 'var(--lw-returned)',
    more: 'Somebody else holds this task now. Your work is kept as a draft.',
  },
  refused: {
    word: 'Not saved',
    color: 'var(--lw-returned)',
    more: 'The server refused the last change. It is kept in this browser.',
  },
};

export function SaveStateView({ sync }: { sync: DraftSync }) {
  useSignal(sync.changed);
  const { word, color, more } = WORDS[sync.state];
  const count = sync.pending > 0 && sync.state !== 'saving' && sync.state !== 'pending' ? ` (${sync.pending})` : '';
  return (
    <Tooltip label={more} multiline maw={280}>
      <span
        className={classes.state}
        style={{ '--state': color } as React.CSSProperties}
        role="status"
        data-testid="save-state"
        data-state={sync.state}
      >
        {word}
        {count}
      </span>
    </Tooltip>
  );
}
