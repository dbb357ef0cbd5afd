/** Brings tasks to the desk: the first, and the next one before it is asked for. */
import { useCallback, useEffect, useRef, useState } from 'react';

import { ProblemError } from '../../api';
import { type Journal, memoryJournal, openJournal } from '../../sync/journal';
import { deliverLeftovers } from '../../sync/leftovers';
import type { Stage } from '../../wire';
import { Desk, prepare, type Prepared } from './desk';
import { giveBack, nextTask, openTask, transportOf } from './server';

const MARGIN = 10_000; // milliseconds of a lease that are not relied on

export interface DeskWork {
  desk: Desk | null;
  /** Nothing is left to do. */
  done: boolean;
  failure: unknown;
  /** Operations of earlier sessions that the server did not take. */
  leftovers: number;
  retry: () => void;
  /** Leave the task at hand, which was handed in or skipped, for the next one. */
  advance: () => Promise<void>;
}

export function useDesk(project: string, stage: Stage, wanted: string | null, member: string): DeskWork {
  const [desk, setDesk] = useState<Desk | null>(null);
  const [done, setDone] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const [leftovers, setLeftovers] = useState(0);
  const [attempt, setAttempt] = useState(0);
  const journal = useRef<Journal | null>(null);
  const ahead = useRef<Promise<Prepared | null> | null>(null);
  const current = useRef<Desk | null>(null);

  const lay = useCallback(
    async (prepared: Prepared) => {
      const store = (journal.current ??= await openJournal().catch(() => memoryJournal()));
      const unsent = (await store.list(member)).filter((entry) => entry.task === prepared.envelope.task.id);
      const made = new Desk(prepared, member, store, unsent.map((entry) => entry.operation));
      current.current = made;
      setDesk(made);
      // The next item is fetched while this one is worked on.
      ahead.current = prefetch(project, stage, made.envelope.task.id);
    },
    [project, stage, member],
  );

  useEffect(() => {
    let gone = false;
    const open = async () => {
      setFailure(null);
      setDone(false);
      try {
        const prepared = await first(project, stage, wanted);
        if (gone) return;
        if (!prepared) setDone(true);
        else await lay(prepared);
        if (journal.current ?? (journal.current = await openJournal().catch(() => memoryJournal()))) {
          setLeftovers(await deliverLeftovers(journal.current, transportOf(member), member, prepared?.envelope.task.id ?? ''));
        }
      } catch (error) {
        if (!gone) setFailure(error);
      }
    };
    void open();
    const pageGoes = () => void ahead.current?.then((prepared) => prepared && giveBack(prepared.envelope.task.id));
    window.addEventListener('pagehide', pageGoes);
    return () => {
      gone = true;
      window.removeEventListener('pagehide', pageGoes);
      leave(current.current, ahead.current);
      current.current = null;
      ahead.current = null;
      setDesk(null);
    };
  }, [project, stage, wanted, member, attempt, lay]);

  const advance = useCallback(async () => {
    const before = current.current;
    const ready = await ahead.current?.catch(() => null);
    const prepared = (ready && (await stillHeld(ready, member))) ?? (await soon(project, stage));
    before?.close();
    if (prepared) await lay(prepared);
    else {
      current.current = null;
      setDesk(null);
      setDone(true);
    }
  }, [project, stage, member, lay]);

  return { desk, done, failure, leftovers, retry: () => setAttempt((n) => n + 1), advance };
}

async function first(project: string, stage: Stage, wanted: string | null): Promise<Prepared | null> {
  if (wanted) {
    const { envelope, held } = await openTask(wanted);
    return prepare(envelope, held);
  }
  return soon(project, stage);
}

async function soon(project: string, stage: Stage, holding: string[] = []): Promise<Prepared | null> {
  const envelope = await nextTask(project, stage, holding);
  return envelope && prepare(envelope);
}

async function prefetch(project: string, stage: Stage, held: string): Promise<Prepared | null> {
  try {
    return await soon(project, stage, [held]);
  } catch (error) {
    // Holding enough already, or offline: the next task is asked for when it is needed.
    if (error instanceof ProblemError) return null;
    throw error;
  }
}

/** What was prepared, unless its lease ended in a long wait and somebody else took it. */
async function stillHeld(prepared: Prepared, member: string): Promise<Prepared | null> {
  if (Date.now() < prepared.until - MARGIN) return prepared;
  return transportOf(member)
    .hold(prepared.envelope.task.id)
    .then(() => prepared)
    .catch(() => null);
}

/** The prepared task goes back to the queue; the one at hand too, once its work is safe. */
function leave(desk: Desk | null, ahead: Promise<Prepared | null> | null): void {
  void ahead?.then((prepared) => prepared && giveBack(prepared.envelope.task.id)).catch(() => undefined);
  if (!desk) return;
  void desk.sync.flush().then(async () => {
    desk.close();
    if (desk.held && desk.sync.pending === 0) await giveBack(desk.envelope.task.id).catch(() => undefined);
  });
}
