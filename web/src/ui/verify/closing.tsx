/** What can be handed in by now: items of which everything was accepted, and items with marks. Never by itself. */
import { Button, Group, Modal, Stack, Text, Textarea } from '@mantine/core';
import { IconArrowBackUp, IconChecks } from '@tabler/icons-react';
import { useState } from 'react';

import { api } from '../../api';
import { counted, t } from '../../language/language';
import { tell, tellProblem } from '../notify';
import type { Grid } from './use-grid';
import type { Closing, Standing } from './wire';
import classes from './verify.module.css';

const AT_ONCE = 500;

export const isAccepted = ({ tally }: Standing) => tally.open === 0 && tally.returned === 0;
export const isReturned = ({ tally }: Standing) => tally.returned > 0;

export function ClosingBar({ project, grid }: { project: string; grid: Grid }) {
  const { session, outbox } = grid;
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  const standings = [...session.standings.values()];
  const accepted = standings.filter(isAccepted);
  const returned = standings.filter(isReturned);
  const isUnsaved = outbox.size > 0;

  const close = async (which: readonly Standing[], verdict: 'accepted' | 'returned', comment?: string) => {
    setBusy(true);
    try {
      const tasks = which.slice(0, AT_ONCE).map(({ task }) => task);
      const body = { tasks, verdict, ...(comment ? { comment } : {}) };
      const done = await api.post<Closing>(`/projects/${project}/verification/closing`, body);
      session.closed(done.closed.map(({ task }) => task));
      setAsking(false);
      report(done, verdict, which);
    } catch (error) {
      tellProblem(error);
    }
    setBusy(false);
  };
  if (accepted.length === 0 && returned.length === 0) {
    // The place is kept, so that the page does not move when the first item is complete.
    return (
      <div className={classes.note} data-tone="quiet">
        {t('Accepting a page saves verdicts in your drafts. Items are handed in only when you say so.')}
      </div>
    );
  }
  return (
    <div className={classes.note} role="status" data-testid="closing">
      {accepted.length > 0 && (
        <Group gap="xs">
          <IconChecks size={18} aria-hidden />
          <Text size="sm">{t('{{items}} with every annotation accepted.', { items: counted(accepted.length, 'item') })}</Text>
          <Button size="compact-sm" loading={busy} disabled={isUnsaved} onClick={() => void close(accepted, 'accepted')} data-testid="close-accepted">
            {t('Accept these items')}
          </Button>
        </Group>
      )}
      {returned.length > 0 && (
        <Group gap="xs">
          <IconArrowBackUp size={18} aria-hidden />
          <Text size="sm">{t('{{items}} with marked annotations.', { items: counted(returned.length, 'item') })}</Text>
          <Button size="compact-sm" variant="default" disabled={isUnsaved || busy} onClick={() => setAsking(true)} data-testid="close-returned">
            {t('Send them back…')}
          </Button>
        </Group>
      )}
      <ReturnDialog
        standings={returned}
        opened={asking}
        busy={busy}
        onClose={() => setAsking(false)}
        onReturn={(comment) => void close(returned, 'returned', comment)}
      />
    </div>
  );
}

function report({ closed, kept }: Closing, verdict: 'accepted' | 'returned', which: readonly Standing[]): void {
  const items = counted(closed.length, 'item');
  if (closed.length > 0) tell(verdict === 'accepted' ? t('{{items}} accepted.', { items }) : t('{{items}} sent back.', { items }));
  const [first] = kept;
  if (!first) return;
  const name = which.find(({ task }) => task === first.task)?.name ?? '';
  const words = t('{{items}} stayed open.', { items: counted(kept.length, 'item') });
  tell(words, `${name}: ${first.detail} ${first.remedy}`);
}

interface ReturnProps {
  standings: readonly Standing[];
  opened: boolean;
  busy: boolean;
  onClose: () => void;
  onReturn: (comment: string) => void;
}

function ReturnDialog({ standings, opened, busy, onClose, onReturn }: ReturnProps) {
  const [comment, setComment] = useState('');
  const marked = standings.reduce((sum, { tally }) => sum + tally.returned, 0);
  const open = standings.reduce((sum, { tally }) => sum + tally.open, 0);
  return (
    <Modal opened={opened} onClose={onClose} title={t('Send items back')}>
      <Stack>
        <Text size="sm">
          {t('{{items}} go back to their annotators, with {{marked}} as wrong.', {
            items: counted(standings.length, 'item'),
            marked: counted(marked, 'annotation marked', 'annotations marked'),
          })}
        </Text>
        {open > 0 && (
          <Text size="sm" c="dimmed">
            {t('{{open}} of them were not judged yet; they come back with the next review.', {
              open: counted(open, 'annotation'),
            })}
          </Text>
        )}
        <Textarea
          label={t('What is wrong')}
          description={t('Everybody concerned reads this.')}
          required
          autosize
          minRows={2}
          data-autofocus
          value={comment}
          onChange={(event) => setComment(event.currentTarget.value)}
          data-testid="return-comment"
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('Cancel')}
          </Button>
          <Button color="orange" loading={busy} disabled={!comment.trim()} onClick={() => onReturn(comment)} data-testid="return-confirm">
            {t('Send back')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
