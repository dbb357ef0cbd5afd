/** How a task is left: handed in, accepted, returned or skipped, one at a time, and then the next one. */
import { modals } from '@mantine/modals';
import { useCallback, useMemo, useRef, useState } from 'react';

import { api, ProblemError } from '../../api';
import { reveal } from '../../editor/changes';
import { t } from '../../language/language';
import type { Closing } from '../../sync/transport';
import type { BrokenRule, OntologyView } from '../../wire';
import { tellProblem, tellRefused } from '../notify';
import type { Desk } from './desk';
import { skipTask } from './server';
import type { DeskWork } from './use-desk';

const SETTLING = 400; // milliseconds in which a new item cannot be handed in

type Said = Omit<Closing, 'guideline_version'>;

export interface Leaving {
  busy: boolean;
  submit(): void;
  accept(): void;
  sendBack(comment: string): void;
  skip(reason: string, comment: string): void;
}

export function useClosing(work: DeskWork, desk: Desk): Leaving {
  const [busy, setBusy] = useState(false);
  // One closing at a time, and none by a key still pressed for the item before.
  const isClosing = useRef(false);
  const opened = useRef(performance.now());

  const once = useCallback(async (act: () => Promise<void>, tell: (error: unknown) => void) => {
    if (isClosing.current) return;
    isClosing.current = true;
    setBusy(true);
    try {
      await act();
    } catch (error) {
      tell(error);
    } finally {
      isClosing.current = false;
      setBusy(false);
    }
  }, []);

  return useMemo(() => {
    const { sync, envelope } = desk;
    const mayClose = () => !isClosing.current && performance.now() - opened.current > SETTLING;
    const close = (said: Said) =>
      once(
        async () => {
          if (said.verdict !== 'returned' && (await breaksRules(desk))) return;
          const handed = await sync.submit({ guideline_version: envelope.brief_version, ...said });
          if (handed.scored) {
            const { compareFirst } = await import('../learn/compare-dialog');
            await compareFirst(envelope.task.project, handed.scored);
          }
          await work.advance();
        },
        (error) => tellRefusal(error, desk),
      );
    return {
      busy,
      submit: () => mayClose() && void close({}),
      accept: () => mayClose() && confirmAccept(desk, () => void close({ verdict: 'accepted' })),
      sendBack: (comment) => void close({ verdict: 'returned', comment }),
      skip: (reason, comment) =>
        void once(async () => {
          await sync.flush();
          await skipTask(envelope.task.id, reason, comment);
          await work.advance();
        }, tellProblem),
    };
  }, [work, desk, once, busy]);
}

/** An acceptance that would wave through what was marked as wrong is asked about first. */
function confirmAccept(desk: Desk, accept: () => void): void {
  const marked = markedIn(desk);
  if (marked === 0) accept();
  else {
    modals.openConfirmModal({
      title: t('Accept all the same?'),
      children: t('{{count}} annotations are marked to be corrected.', { count: marked }),
      labels: { confirm: t('Accept'), cancel: t('Stay here') },
      onConfirm: accept,
    });
  }
}

/** How many annotations are marked to be corrected. */
export const markedIn = ({ editor }: Desk): number =>
  editor.store.all().filter(({ evidence }) => evidence?.verdict === 'returned').length;

type RuleFault = Pick<BrokenRule, 'annotations' | 'place'> & { rule: string; fault: string };

/** Rules that are newer than those the item was opened with: the server's word is shown in their place. */
function tellBroken(faults: RuleFault[], { flow: { problems } }: Desk): void {
  const broken = faults.map(({ fault, ...rest }): BrokenRule => ({ ...rest, severity: 'error', sentence: fault }));
  problems.tell(broken);
  if (broken[0]) problems.go(broken[0]);
}

/** Whether a rule forbids to hand this in: then it is told, and shown, before the server is asked. */
async function breaksRules({ envelope, flow: { problems } }: Desk): Promise<boolean> {
  problems.finish();
  const [first] = problems.errors;
  if (!first || (await isOutdated(envelope))) return false;
  tellRefused(t('Label rules are broken in {{count}} places', { count: problems.errors.length }), first.sentence);
  problems.go(first);
  return true;
}

/** Whether the rules were changed since the item was opened: then the server decides. */
async function isOutdated({ task, ontology }: Desk['envelope']): Promise<boolean> {
  const now = await api.get<OntologyView>(`/projects/${task.project}/ontology`).catch(() => null);
  return now !== null && now.version !== ontology.version;
}

/** A refusal in words; annotations that break the ontology are shown. */
function tellRefusal(error: unknown, desk: Desk): void {
  tellProblem(error);
  if (!(error instanceof ProblemError)) return;
  if (error.code === 'invalid.rules') tellBroken(error.errors as unknown as RuleFault[], desk);
  if (error.code !== 'invalid.annotations') return;
  const ids = error.errors.map((fault) => String(fault.annotation ?? ''));
  const first = desk.editor.store.get(ids[0] ?? '');
  if (first) {
    desk.editor.selection.select([first.id]);
    reveal(desk.editor, first);
  }
}
