/** Brings tasks to the desk: the first, and the next one before it is asked for. */
import { useCallback, useEffect, useRef, useState } from 'react';

import { api, ProblemError } from '../../api';
import { t } from '../../language/language';
import { freshId } from '../../model/ids';
import type { Operation } from '../../model/operations';
import { type Journal, journalIn, memoryJournal } from '../../sync/journal';
import { deliverLeftovers } from '../../sync/leftovers';
import { neighbors } from '../../sync/neighbors';
import { openStore } from '../../sync/store';
import { type Strokes, strokesIn } from '../../sync/strokes';
import type { Stage } from '../../wire';
import type { Attempt } from '../learn/wire';
import { tell } from '../notify';
import { Desk, prepare, type Prepared } from './desk';
import { type Envelope, giveBack, nextTask, openTask, transportOf } from './server';

const MARGIN = 10_000; // milliseconds of a lease that are not relied on
const TAB = freshId();
const TABS = neighbors(TAB);

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
  /** Load the task at hand anew, with its ontology of today; what is not saved stays on the desk. */
  reload: () => Promise<void>;
}

/** What this browser keeps. A browser that stores nothing has a journal that ends with the page. */
interface Kept {
  journal: Journal;
  strokes: Strokes | null;
}

async function openKept(): Promise<Kept> {
  try {
    const store = await openStore();
    // Asked for once the work begins: the browser then clears other sites first when it needs room.
    void navigator.storage?.persist?.().catch(() => undefined);
    return { journal: journalIn(store), strokes: strokesIn(store) };
  } catch {
    return { journal: memoryJournal(), strokes: null };
  }
}

/** Where tasks come from: the queue, first perhaps one that was asked for; or an attempt at a test or course. */
export interface Wanted {
  task: string | null;
  attempt: string | null;
}

export function useDesk(project: string, stage: Stage, { task: wanted, attempt: tried }: Wanted, member: string): DeskWork {
  const [desk, setDesk] = useState<Desk | null>(null);
  const [done, setDone] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const [leftovers, setLeftovers] = useState(0);
  const [attempt, setAttempt] = useState(0);
  const kept = useRef<Promise<Kept> | null>(null);
  const ahead = useRef<Promise<Prepared | null> | null>(null);
  const current = useRef<Desk | null>(null);

  const put = useCallback(
    async (prepared: Prepared, also: readonly Operation[] = []) => {
      const { journal, strokes } = await (kept.current ??= openKept());
      const listed = (await journal.list(member)).filter((entry) => entry.task === prepared.envelope.task.id);
      const unsent = new Map([...listed.map((entry) => entry.operation), ...also].map((made) => [made.id, made]));
      const around = { tab: TAB, neighbors: TABS, strokes };
      const made = new Desk(prepared, member, journal, around, [...unsent.values()]);
      current.current = made;
      setDesk(made);
      return made;
    },
    [member],
  );

  const lay = useCallback(
    async (prepared: Prepared) => {
      const made = await put(prepared);
      // The next item is fetched while this one is worked on.
      ahead.current = tried ? null : prefetch(project, stage, made.envelope.task.id);
    },
    [put, project, stage, tried],
  );

  useEffect(() => {
    let gone = false;
    const open = async () => {
      setFailure(null);
      setDone(false);
      try {
        const prepared = tried ? await ofAttempt(tried) : await first(project, stage, wanted);
        if (gone) return;
        if (!prepared) setDone(true);
        else await lay(prepared);
        const { journal } = await (kept.current ??= openKept());
        setLeftovers(await deliverLeftovers(journal, transportOf(member), member, prepared?.envelope.task.id ?? ''));
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
  }, [project, stage, wanted, tried, member, attempt, lay]);

  const advance = useCallback(async () => {
    const before = current.current;
    const ready = await ahead.current?.catch(() => null);
    const prepared = tried ? await ofAttempt(tried) : ((ready && (await stillHeld(ready, member))) ?? (await soon(project, stage)));
    before?.close();
    if (prepared) await lay(prepared);
    else {
      current.current = null;
      setDesk(null);
      setDone(true);
    }
  }, [project, stage, tried, member, lay]);

  const reload = useCallback(async () => {
    const before = current.current;
    if (!before) return;
    await before.sync.flush();
    if (before.sync.unkept > 0) {
      tell(t('Not yet'), t('Some changes are only in this tab. Try again once it says “Saved”.'));
      return;
    }
    const envelope = await api.get<Envelope>(`/tasks/${before.envelope.task.id}`);
    if (current.current !== before) return;
    before.close();
    // What was made while the task was asked for is in the journal too, unless its writing still runs.
    await put({ ...prepare(envelope, before.held), picture: before.picture }, before.sync.unsent);
  }, [put]);

  return { desk, done, failure, leftovers, retry: () => setAttempt((n) => n + 1), advance, reload };
}

async function first(project: string, stage: Stage, wanted: string | null): Promise<Prepared | null> {
  if (wanted) {
    const { envelope, held } = await openTask(wanted);
    return prepare(envelope, held);
  }
  return soon(project, stage);
}

/** The task that an attempt stands at; null once it has ended. */
async function ofAttempt(attempt: string): Promise<Prepared | null> {
  const { task } = await api.get<Attempt>(`/attempts/${attempt}`);
  if (!task) return null;
  const { envelope, held } = await openTask(task);
  return prepare(envelope, held);
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
  if (prepared.age() < prepared.envelope.lease_seconds * 1000 - MARGIN) return prepared;
  return transportOf(member)
    .hold(prepared.envelope.task.id)
    .then(() => prepared)
    .catch(() => null);
}

/** The prepared task goes back to the queue; the one at hand too, once its work is safe. */
function leave(desk: Desk | null, ahead: Promise<Prepared | null> | null): void {
  void ahead?.then((prepared) => prepared && giveBack(prepared.envelope.task.id)).catch(() => undefined);
  if (!desk) return;
  void desk.sync
    .flush()
    .then(() => outOfDanger(desk))
    .then(async () => {
      desk.close();
      if (desk.held && desk.sync.pending === 0) await giveBack(desk.envelope.task.id).catch(() => undefined);
    });
}

/** Resolves once nothing is in memory only; until then the desk goes on saving, though nobody sees it. */
function outOfDanger({ sync }: Desk): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (sync.unkept > 0) return;
      stop();
      resolve();
    };
    const stop = sync.changed.subscribe(look);
    look();
  });
}
