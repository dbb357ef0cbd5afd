/** What sync needs of a server; the page hands in the real one, tests a made one. */
import type { Operation } from '../model/operations';
import type { Verdict } from '../wire';

export interface Appended {
  revision: number;
  operations: (Operation & { seq: number })[];
}

export interface Handed {
  submission: string;
  item: string;
  item_state: string;
  verdict: Verdict | null;
}

export interface Closing {
  guideline_version: number;
  verdict?: Verdict;
  comment?: string;
}

export interface Transport {
  append(task: string, since: number, operations: readonly Operation[], last?: boolean): Promise<Appended>;
  submit(task: string, since: number, operations: readonly Operation[], closing: Closing): Promise<Handed>;
  hold(task: string): Promise<void>;
}

/** How a failed request is read: 0 means that no answer came. */
export function statusOf(error: unknown): number {
  const status = (error as { status?: unknown } | null)?.status;
  return typeof status === 'number' ? status : 0;
}

export function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : '';
}
