/**
 * Saves a draft by operations: journal first, then the server, again and again until it answers.
 *
 * One request is under way at a time. What the server acknowledges leaves the journal; what other
 * tabs did comes back with the answer, except for annotations that are still waiting to be sent.
 */
import { Signal } from '../editor/signal';
import type { Operation } from '../model/operations';
import type { Entry, Journal } from './journal';
import { type Closing, codeOf, type Handed, statusOf, type Transport } from './transport';

export type SaveState = 'saved' | 'pending' | 'saving' | 'offline' | 'signed-out' | 'lease-lost' | 'refused';

export interface DraftOptions {
  task: string;
  project: string;
  member: string;
  revision: number;
  journal: Journal;
  transport: Transport;
  /** Operations that others made on this draft. */
  onElsewhere: (operations: Operation[]) => void;
  wait?: (milliseconds: number, then: () => void) => () => void;
}

const GATHER = 250; // milliseconds in which operations are gathered before they are sent
const SHORTEST_PAUSE = 1000;
const LONGEST_PAUSE = 20_000;
const MOST_AT_ONCE = 500;

export class DraftSync {
  readonly changed = new Signal();
  state: SaveState = 'saved';
  /** What the server said when it refused. */
  refusal: unknown = null;
  private waiting: Operation[] = [];
  private written: Promise<unknown> = Promise.resolve();
  private sending: Promise<void> | null = null;
  private revision: number;
  private pause = SHORTEST_PAUSE;
  private stopTimer: (() => void) | null = null;
  private closed = false;
  private readonly wait: NonNullable<DraftOptions['wait']>;

  constructor(private readonly options: DraftOptions) {
    this.revision = options.revision;
    this.wait = options.wait ?? defaultWait;
  }

  /** How many operations the server has not acknowledged. */
  get pending(): number {
    return this.waiting.length;
  }

  /** Operations that an earlier session left in the journal; the editor shows them already. */
  resume(operations: readonly Operation[]): void {
    if (operations.length === 0) return;
    this.waiting.push(...operations);
    this.become('pending');
    this.later(0);
  }

  /** Keep operations and send them soon. */
  push(operations: readonly Operation[]): void {
    this.waiting.push(...operations);
    const { member, task, project } = this.options;
    const entries = operations.map((operation): Entry => ({ id: operation.id, member, task, project, operation }));
    this.written = this.written.then(() => this.options.journal.add(entries)).catch(() => undefined);
    if (this.state === 'saved') this.become('pending');
    else this.changed.emit();
    this.later(GATHER);
  }

  /** Send now what waits; resolves when that was tried. */
  async flush(): Promise<void> {
    this.cancelTimer();
    while (this.sending) await this.sending;
    if (this.waiting.length === 0) return;
    this.sending = this.send().finally(() => (this.sending = null));
    await this.sending;
  }

  /** Hand the work in, with whatever still waits. Rejects with the server's refusal. */
  async submit(closing: Closing): Promise<Handed> {
    this.cancelTimer();
    while (this.sending) await this.sending;
    while (this.waiting.length > MOST_AT_ONCE) {
      const before = this.waiting.length;
      await this.flush();
      if (this.waiting.length >= before) throw this.refusal ?? new Error('The server does not answer.');
    }
    const sent = [...this.waiting];
    this.become('saving');
    try {
      const handed = await this.options.transport.submit(this.options.task, this.revision, sent, closing);
      await this.acknowledge(sent);
      this.become('saved');
      return handed;
    } catch (error) {
      this.failed(error);
      throw error;
    }
  }

  /** A last try while the page goes away; the journal keeps what does not make it. */
  leave(): void {
    if (this.waiting.length === 0 || this.closed) return;
    const sent = this.waiting.slice(0, MOST_AT_ONCE);
    void this.options.transport.append(this.options.task, this.revision, sent, true).then(
      () => this.acknowledge(sent),
      () => undefined,
    );
  }

  /** Try again at once: the network is back, or somebody signed in. */
  retry(): void {
    this.pause = SHORTEST_PAUSE;
    if (this.waiting.length > 0) void this.flush();
  }

  close(): void {
    this.leave();
    this.closed = true;
    this.cancelTimer();
  }

  private async send(): Promise<void> {
    const sent = this.waiting.slice(0, MOST_AT_ONCE);
    this.become('saving');
    await this.written;
    try {
      const answer = await this.options.transport.append(this.options.task, this.revision, sent);
      await this.acknowledge(sent);
      this.revision = answer.revision;
      this.pause = SHORTEST_PAUSE;
      this.takeOver(answer.operations);
      this.become(this.waiting.length > 0 ? 'pending' : 'saved');
      if (this.waiting.length > 0) this.later(0);
    } catch (error) {
      this.failed(error);
    }
  }

  private async acknowledge(sent: readonly Operation[]): Promise<void> {
    const ids = new Set(sent.map((operation) => operation.id));
    this.waiting = this.waiting.filter((operation) => !ids.has(operation.id));
    await this.written;
    await this.options.journal.remove([...ids]).catch(() => undefined);
  }

  private takeOver(operations: readonly Operation[]): void {
    const ours = new Set(this.waiting.map(annotationOf));
    const theirs = operations.filter((operation) => !ours.has(annotationOf(operation)));
    if (theirs.length > 0) this.options.onElsewhere(theirs);
  }

  private failed(error: unknown): void {
    const status = statusOf(error);
    this.refusal = error;
    if (status === 401 || status === 403) this.become('signed-out');
    else if (codeOf(error) === 'task.lease_lost') this.become('lease-lost');
    else if (status >= 400 && status < 500 && status !== 429 && status !== 408) this.become('refused');
    else this.become('offline');
    const worthTrying = this.state === 'offline' || this.state === 'signed-out';
    if (worthTrying && this.waiting.length > 0 && !this.closed) {
      this.later(this.pause);
      this.pause = Math.min(LONGEST_PAUSE, this.pause * 2);
    }
  }

  private later(milliseconds: number): void {
    if (this.closed || this.stopTimer) return;
    this.stopTimer = this.wait(milliseconds, () => {
      this.stopTimer = null;
      void this.flush();
    });
  }

  private cancelTimer(): void {
    this.stopTimer?.();
    this.stopTimer = null;
  }

  private become(state: SaveState): void {
    this.state = state;
    this.changed.emit();
  }
}

/** Deliver what earlier sessions left for other tasks; gives how many operations could not be. */
export async function deliverLeftovers(
  journal: Journal,
  transport: Transport,
  member: string,
  except: string,
): Promise<number> {
  const byTask = new Map<string, Operation[]>();
  for (const entry of await journal.list(member)) {
    if (entry.task !== except) byTask.set(entry.task, [...(byTask.get(entry.task) ?? []), entry.operation]);
  }
  let left = 0;
  for (const [task, operations] of byTask) {
    try {
      await transport.append(task, 0, operations);
      await journal.remove(operations.map((operation) => operation.id));
    } catch {
      left += operations.length;
    }
  }
  return left;
}

function annotationOf(operation: Operation): string {
  return operation.kind === 'put' ? operation.annotation.id : operation.annotation;
}

function defaultWait(milliseconds: number, then: () => void): () => void {
  const timer = setTimeout(then, milliseconds);
  return () => clearTimeout(timer);
}
