/** What sync needs of a server; the page hands in the real one, tests a made one. */
import type { Marking, Operation } from '../model/operations';
import type { Verdict } from '../wire';

/** What one operation wanted of an annotation; no annotation: that it be deleted. */
export interface Version {
  operation: string;
  at: number;
  by: string;
  fields?: readonly string[];
  annotation?: Marking | null;
}

/** An annotation about which a person has to choose, and the versions that were put aside. */
export interface OpenConflict {
  annotation: string;
  aside: readonly Version[];
}

/** How things stand around a draft: the task's state, its holder if that is somebody else. */
export interface Standing {
  state: string;
  holder: string | null;
  ontology: number;
}

export interface Appended {
  revision: number;
  operations: (Operation & { seq: number })[];
  placed: { id: string; seq: number; clashes?: readonly string[] }[];
  conflicts: readonly OpenConflict[];
  task: Standing;
}

export interface Handed {
  submission: string;
  item: string;
  item_state: string;
  verdict: Verdict | null;
  /** How right it was, where the item's answer is known and the person is told at once. */
  scored?: { task: string; purpose: string; score: number; passed: boolean } | null;
}

export interface Closing {
  guideline_version: number;
  verdict?: Verdict;
  comment?: string;
}

export interface Sending {
  /** Keep them as a draft also where somebody else holds the task by now. */
  late?: boolean;
  /** The page goes away; the answer will not be read. */
  last?: boolean;
}

export interface Transport {
  append(task: string, since: number, operations: readonly Operation[], how?: Sending): Promise<Appended>;
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
