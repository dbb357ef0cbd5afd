/**
 * Saves a draft by operations: journal first, then the server, again and again until it answers.
 *
 * One request is under way at a time. What the server acknowledges leaves the journal; what other
 * tabs did comes back with the answer, except for annotations that were edited here since. An
 * operation that the server will not take is set aside, so that it never holds up what comes after.
 */
import { Signal } from '../editor/signal';
import type { Operation } from '../model/operations';
import { deliver, failureOf } from './deliver';
import type { Entry, Journal } from './journal';
import type { Closing, Handed, Transport } from './transport';

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
const MOST_WITH_SUBMISSION = 500;

export class DraftSync {
  readonly changed = new Signal();
  state: SaveState = 'saved';
  /** What the server said when it refused. */
  refusal: unknown = null;
  private waiting: Operation[] = [];
  /** Operations that the server will not take; they stay in the journal. */
  private aside: Operation[] = [];
  private readonly own = new Set<string>();
  private isLost = false;
  private written: Promise<unknown> = Promise.resolve();
  private sending: Promise<unknown> | null = null;
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
    return this.waiting.length + this.aside.length;
  }

  /** Operations that an earlier session left in the journal; the editor shows them already. */
  resume(operations: readonly Operation[]): void {
    if (operations.length === 0) return;
    this.enqueue(operations);
    this.become('pending');
    this.later(0);
  }

  /** Keep operations and send them soon. */
  push(operations: readonly Operation[]): void {
    this.enqueue(operations);
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
    while (this.sending) await this.sending.catch(() => undefined);
    if (this.waiting.length > 0) await this.alone(() => this.send());
  }

  /** Hand the work in, with whatever still waits. Rejects with the server's refusal. */
  async submit(closing: Closing): Promise<Handed> {
    this.cancelTimer();
    while (this.sending) await this.sending.catch(() => undefined);
    if (this.waiting.length > MOST_WITH_SUBMISSION) {
      await this.flush();
      if (this.waiting.length > 0) throw this.refusal ?? new Error('The server does not answer.');
    }
    if (this.aside.length > 0) throw this.refusal;
    return this.alone(() => this.handIn(closing));
  }

  /** A last try while the page goes away; the journal keeps what does not make it. */
  leave(): void {
    if (this.waiting.length === 0 || this.closed) return;
    const sent = this.waiting.slice(0, MOST_WITH_SUBMISSION);
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

  /** Tell whether the task is still held; work on one that is not stays a draft. */
  held(isHeld: boolean): void {
    if (this.isLost === !isHeld) return;
    this.isLost = !isHeld;
    if (this.waiting.length === 0 && !this.sending) this.settle();
  }

  close(): void {
    this.leave();
    this.closed = true;
    this.cancelTimer();
  }

  private enqueue(operations: readonly Operation[]): void {
    this.waiting.push(...operations);
    for (const { id } of operations) this.own.add(id);
  }

  /** One request at a time. */
  private alone<T>(act: () => Promise<T>): Promise<T> {
    const running = act().finally(() => (this.sending = null));
    this.sending = running;
    return running;
  }

  private async send(): Promise<void> {
    this.become('saving');
    await this.written;
    try {
      const refused = await deliver([...this.waiting], (batch) => this.append(batch));
      this.setAside(refused);
      this.pause = SHORTEST_PAUSE;
      this.settle();
    } catch (error) {
      this.failed(error);
    }
  }

  private async append(batch: readonly Operation[]): Promise<void> {
    try {
      const answer = await this.options.transport.append(this.options.task, this.revision, batch);
      await this.acknowledge(batch);
      this.revision = answer.revision;
      this.takeOver(answer.operations, batch);
    } catch (error) {
      this.refusal = error;
      throw error;
    }
  }

  private async handIn(closing: Closing): Promise<Handed> {
    const sent = [...this.waiting];
    this.become('saving');
    await this.written;
    try {
      const handed = await this.options.transport.submit(this.options.task, this.revision, sent, closing);
      await this.acknowledge(sent);
      this.settle();
      return handed;
    } catch (error) {
      // What a refused submission carried is not kept by the server: it goes the usual way.
      const failure = failureOf(error);
      this.isLost ||= failure === 'lease-lost';
      if (failure === 'offline' || failure === 'signed-out') this.failed(error);
      else this.settle();
      throw error;
    }
  }

  private async acknowledge(sent: readonly Operation[]): Promise<void> {
    const ids = new Set(sent.map((operation) => operation.id));
    const touched = new Set(sent.map(annotationOf));
    this.waiting = this.waiting.filter((operation) => !ids.has(operation.id));
    // A later edit that was taken makes an earlier one that was not immaterial.
    for (const operation of this.aside) if (touched.has(annotationOf(operation))) ids.add(operation.id);
    this.aside = this.aside.filter((operation) => !ids.has(operation.id));
    await this.written;
    await this.options.journal.remove([...ids]).catch(() => undefined);
  }

  private setAside(refused: readonly Operation[]): void {
    this.waiting = this.waiting.filter((operation) => !refused.includes(operation));
    this.aside.push(...refused);
  }

  private takeOver(operations: readonly Operation[], sent: readonly Operation[]): void {
    // What was sent came after theirs; what waits will.
    const ours = new Set([...this.waiting, ...sent].map(annotationOf));
    const theirs = operations.filter((operation) => !this.own.has(operation.id) && !ours.has(annotationOf(operation)));
    if (theirs.length > 0) this.options.onElsewhere(theirs);
  }

  /** The state when no request is under way, and the next one if something waits. */
  private settle(): void {
    if (this.waiting.length > 0) {
      this.become('pending');
      this.later(0);
    } else this.become(this.aside.length > 0 ? 'refused' : this.isLost ? 'lease-lost' : 'saved');
  }

  private failed(error: unknown): void {
    this.refusal = error;
    const failure = failureOf(error);
    this.isLost ||= failure === 'lease-lost';
    this.become(failure === 'closed' || failure === 'content' ? 'refused' : failure);
    if ((failure === 'offline' || failure === 'signed-out') && this.waiting.length > 0 && !this.closed) {
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
    const missing = new Set(operations);
    try {
      await deliver(operations, async (batch) => {
        await transport.append(task, 0, batch);
        await journal.remove(batch.map((operation) => operation.id));
        batch.forEach((operation) => missing.delete(operation));
      });
    } catch {
      // Offline, signed out, or a task that is gone: another session may do better.
    }
    left += missing.size;
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
