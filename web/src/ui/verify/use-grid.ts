/** A sitting at the grid bound to the server, the browser's storage, and the time that work takes. */
import { useEffect, useMemo, useRef, useState } from 'react';

import { api, ProblemError } from '../../api';
import { WorkMeter } from '../../editor/meter';
import { tellProblem } from '../notify';
import { useSignal } from '../studio/use-signal';
import type { GridQuery } from './grid-query';
import { Outbox } from './outbox';
import { GridSession } from './session';
import type { Batch, GridPage, Judged, Standing } from './wire';

export interface Grid {
  session: GridSession;
  outbox: Outbox;
  /** The seconds of work since they were last taken. */
  takeSeconds: () => number;
  /** Open a grid anew, with what is open by now. */
  again: () => void;
}

export function useGrid(project: string, member: string, query: GridQuery): Grid {
  const [turn, setTurn] = useState(0);
  const line = lineOf(project, member);
  const { outbox } = line;
  useConnection(outbox);
  const session = useMemo(
    () =>
      new GridSession(
        query.source,
        {
          page: async (cursor, limit) => {
            // What is on its way would come back as open.
            if (cursor === null) await outbox.settled();
            return api.get<GridPage>(`/projects/${project}/verification`, { ...query, cursor, limit });
          },
        },
        (batch) => outbox.add(batch),
      ),
    [project, query, outbox, turn],
  );
  useEffect(() => {
    line.session = session;
    void session.fill();
    if (query.source !== 'review') return;
    api
      .get<{ reviews: Standing[] }>(`/projects/${project}/verification/standing`)
      .then(({ reviews }) => session.begin(reviews))
      .catch(() => undefined); // the grid's own failure is told already
  }, [line, session, project, query.source]);
  useSignal(session.changed, outbox.changed);
  const takeSeconds = useMeter();
  return { session, outbox, takeSeconds, again: () => setTurn((before) => before + 1) };
}

interface Line {
  outbox: Outbox;
  session: GridSession | null;
}

/** One for each project and member, which goes on delivering after its page was left. */
const lines = new Map<string, Line>();

function lineOf(project: string, member: string): Line {
  const name = `labelwright.verdicts.${member}.${project}.`;
  const known = lines.get(name);
  if (known) return known;
  const send = async (batch: Batch) => {
    const path = `/projects/${project}/verification/operations`;
    const answer = await api.post<{ drafts: Judged[] }>(path, { drafts: batch.drafts }, { key: batch.key });
    return answer.drafts;
  };
  const line: Line = {
    session: null,
    outbox: new Outbox(
      { send, isPassing },
      localStorage,
      name,
      (judged) => line.session?.judged(judged),
      (error) => tellProblem(error),
    ),
  };
  lines.set(name, line);
  return line;
}

function useConnection(outbox: Outbox): void {
  useEffect(() => {
    const nudge = () => outbox.nudge();
    const warn = (event: BeforeUnloadEvent) => {
      if (outbox.size > 0 && outbox.unkept) event.preventDefault();
    };
    window.addEventListener('online', nudge);
    window.addEventListener('beforeunload', warn);
    return () => {
      window.removeEventListener('online', nudge);
      window.removeEventListener('beforeunload', warn);
    };
  }, [outbox]);
}

/** Whether the same request may succeed later: no network, a server in trouble, a session that ended. */
function isPassing(error: unknown): boolean {
  if (!(error instanceof ProblemError)) return true;
  const { status, code } = error;
  return status === 0 || status === 401 || status === 429 || status >= 500 || code === 'conflict.in_progress' || code === 'forged';
}

function useMeter(): () => number {
  const meter = useRef(new WorkMeter());
  useEffect(() => {
    const alive = () => meter.current.alive();
    const signs = ['pointermove', 'pointerdown', 'keydown', 'wheel'] as const;
    for (const sign of signs) window.addEventListener(sign, alive, { passive: true });
    return () => signs.forEach((sign) => window.removeEventListener(sign, alive));
  }, []);
  return useRef(() => meter.current.lap()).current;
}
