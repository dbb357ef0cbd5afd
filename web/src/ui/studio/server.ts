/** The studio's way to the server: envelopes, and the transport that sync is given. */
import { api, ProblemError, rememberSession } from '../../api';
import type { Appended, Handed, OpenConflict, Transport } from '../../sync/transport';
import type { Doubt } from '../../editor/disputes';
import type { Operation } from '../../model/operations';
import type { PictureOf } from '../../render/tiled-picture';
import type { Document, Issue, Ontology, Session, Stage, Verdict } from '../../wire';

/** What several people's answers were merged into, and where they differ. */
export interface Merge {
  agreement: number | null;
  confidence: number | null;
  method: string;
  answers: { id: string; seconds: number; document: Document }[];
  skips: string[];
  detail: { annotations?: Merging[] };
}

/** One thing that answers speak of: what it became (`id`, none where it was left out), and who said what. */
export interface Merging {
  id: string | null;
  posterior: number | null;
  votes: { answer: string; annotation: string; iou: number | null }[];
  disputes: Doubt[];
}

export interface Envelope {
  task: {
    id: string;
    item: string;
    project: string;
    stage: Stage;
    state: string;
    round: number;
    assigned_to: string | null;
    held_by: string | null;
    lease_expires: number | null;
    comment: string | null;
  };
  item: { id: string; name: string; key: string | null; notes: string[] } & PictureOf;
  draft: { revision: number; document: Document; conflicts: OpenConflict[] };
  predictions: { id: string; model: string; document: Document }[];
  submission: {
    id: string;
    author: string;
    author_name: string;
    created_at: string;
    seconds: number;
    document: Document;
  } | null;
  merge: Merge | null;
  issues: Issue[];
  ontology: { version: number; ontology: Ontology };
  brief_version: number;
  lease_seconds: number;
  self_review: boolean;
}

/** The next task of a stage that is not in `holding`; null when nothing waits. */
export async function nextTask(project: string, stage: Stage, holding: string[]): Promise<Envelope | null> {
  return api.post<Envelope | null>(`/projects/${project}/tasks/next`, { stage, holding });
}

/** A certain task, held from now on. A task that cannot be held is shown to look at. */
export async function openTask(task: string): Promise<{ envelope: Envelope; held: boolean }> {
  const held = await api.post(`/tasks/${task}/lease`).then(
    () => true,
    () => false,
  );
  return { envelope: await api.get<Envelope>(`/tasks/${task}`), held };
}

/** Let go of a task; also while the page goes away. */
export const giveBack = (task: string) => api.delete(`/tasks/${task}/lease`, { keepalive: true });

export const skipTask = (task: string, reason: string, comment: string) =>
  api.post(`/tasks/${task}/skip`, { reason, comment });

/** The way to the server for one member’s work; it never travels under another’s name. */
export function transportOf(member: string): Transport {
  const again = <T>(act: () => Promise<T>) => withSessionOf(member, act);
  return {
    append: (task, since, operations, { late = false, last = false } = {}) =>
      again(() =>
        api.post<Appended>(
          `/tasks/${task}/operations`,
          { since, operations: operations.map(sent), late },
          last ? { keepalive: true } : {},
        ),
      ),
    submit: async (task, since, operations, closing) => {
      const answer = await again(() =>
        api.post<{ submission: { id: string }; item: string; item_state: string; verdict: Verdict | null }>(
          `/tasks/${task}/submission`,
          { since, operations: operations.map(sent), ...closing },
        ),
      );
      return { ...answer, submission: answer.submission.id } satisfies Handed;
    },
    hold: async (task) => {
      await again(() => api.post(`/tasks/${task}/lease`));
    },
  };
}

/** What is the server's to say is not sent. */
const sent = ({ clashes: _, by: __, ...operation }: Operation) => operation;

/** Where the same person signed in anew in another tab, this one takes the new session over. */
async function withSessionOf<T>(member: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof ProblemError) || error.code !== 'forged') throw error;
    const session = await api.get<Session>('/session').catch(() => null);
    if (session?.member.id !== member) throw error;
    rememberSession(session);
    return act();
  }
}

export const openIssue = (item: string, said: { text: string; task: string; annotation?: string; x?: number; y?: number }) =>
  api.post<Issue>(`/items/${item}/issues`, said);
export const setIssue = (issue: string, state: 'open' | 'resolved') => api.patch<Issue>(`/issues/${issue}`, { state });
export const commentOn = (issue: string, text: string) => api.post<Issue>(`/issues/${issue}/comments`, { text });
