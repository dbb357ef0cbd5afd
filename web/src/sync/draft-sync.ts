/**
 * Saves a draft by operations: journal first, then the server, again and again until it answers.
 *
 * One request is under way at a time. What the server acknowledges leaves the journal; what other
 * tabs did comes back with the answer and is folded below what is still on its way (`ledger.ts`). An
 * operation that the server will not take is set aside, so that it never holds up what comes after.
 */
import { Signal } from '../editor/signal';
import { type Operation, targetOf } from '../model/operations';
import type { Annotation } from '../wire';
import { deliver, type Failure, failureOf } from './deliver';
import type { Entry, Journal } from './journal';
import { Keeper } from './keeper';
import { Ledger } from './ledger';
import type { Neighbors } from './neighbors';
import type { Appended, Closing, Handed, OpenConflict, Sending, Standing, Transport } from './transport';

export type SaveState =
  'saved' | 'pending' | 'saving' | 'offline' | 'full' | 'signed-out' | 'lease-lost' | 'closed' | 'refused';

export interface DraftOptions {
  task: string;
  project: string;
  member: string;
  /** The draft as the server had it when the page opened. */
  revision: number;
  annotations?: readonly Annotation[];
  conflicts?: readonly OpenConflict[];
  journal: Journal;
  transport: Transport;
  neighbors?: Neighbors;
  /** Annotations as they stand after what others did; null: gone. */
  onElsewhere: (states: ReadonlyMap<string, Annotation | null>) => void;
  wait?: (milliseconds: number, then: () => void) => () => void;
}

const GATHER = 250; // milliseconds in which operations are gathered before they are sent
const SHORTEST_PAUSE = 1000;
const LONGEST_PAUSE = 20_000;
const MOST_WITH_SUBMISSION = 500;
const AT_REST: readonly SaveState[] = ['saved', 'lease-lost', 'closed'];
const WAITS: readonly Failure[] = ['offline', 'full', 'signed-out'];

export class DraftSync {
  readonly changed = new Signal();
  readonly conflictsChanged = new Signal();
  readonly standingChanged = new Signal();
  state: SaveState = 'saved';
  /** What the server said when it refused. */
  refusal: unknown = null;
  /** How things stood around the draft at the last answer. */
  standing: Standing | null = null;
  private open: readonly OpenConflict[];
  private waiting: Operation[] = [];
  /** Operations that the server will not take; they stay in the journal. */
  private aside: Operation[] = [];
  private readonly own = new Set<string>();
  private readonly touched = new Set<string>();
  private readonly keeper: Keeper;
  private readonly ledger: Ledger;
  private isLost = false;
  private sending: Promise<unknown> | null = null;
  private pause = SHORTEST_PAUSE;
  private stopTimer: (() => void) | null = null;
  private closed = false;
  private readonly wait: NonNullable<DraftOptions['wait']>;
  private readonly stopListening: () => void;

  constructor(private readonly options: DraftOptions) {
    this.ledger = new Ledger(options.revision, options.annotations ?? []);
    this.open = options.conflicts ?? [];
    this.wait = options.wait ?? defaultWait;
    this.keeper = new Keeper(options.journal);
    this.keeper.changed.subscribe(() => this.changed.emit());
    const heard = (member: string, task: string, revision: number) => {
      if (member === options.member && task === options.task && revision > this.ledger.revision) this.look();
    };
    this.stopListening = options.neighbors?.listen(heard) ?? (() => undefined);
  }

  /** How many operations the server has not acknowledged. */
  get pending(): number {
    return this.waiting.length + this.aside.length;
  }

  /** How many of them the browser would not keep: they are lost if the page closes now. */
  get unkept(): number {
    return this.keeper.unkept;
  }

  /** What the server has not acknowledged, in the order it was made. */
  get unsent(): readonly Operation[] {
    return [...this.aside, ...this.waiting];
  }

  get revision(): number {
    return this.ledger.revision;
  }

  /** The conflicts that wait for a choice, without those chosen here a moment ago. */
  get conflicts(): readonly OpenConflict[] {
    const settled = new Set<string>();
    for (const { settles, reopens } of this.waiting) {
      settles?.forEach((id) => settled.add(id));
      reopens?.forEach((id) => settled.delete(id));
    }
    if (settled.size === 0) return this.open;
    return this.open.flatMap((conflict) => {
      const aside = conflict.aside.filter((version) => !settled.has(version.operation));
      return aside.length > 0 ? [{ ...conflict, aside }] : [];
    });
  }

  /** Whether an operation was made in this tab. */
  isOwn(operation: string): boolean {
    return this.own.has(operation);
  }

  /** Whether an annotation was changed in this tab. */
  isTouched(annotation: string): boolean {
    return this.touched.has(annotation);
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
    const { member, task, project } = this.options;
    const entries = operations.map((made): Entry => {
      const operation = this.ledger.stamped(made, this.waiting);
      this.waiting.push(operation);
      this.own.add(operation.id);
      this.touched.add(targetOf(operation));
      return { id: operation.id, member, task, project, operation };
    });
    this.keeper.add(entries);
    if (operations.some(({ settles, reopens }) => settles ?? reopens)) this.conflictsChanged.emit();
    if (AT_REST.includes(this.state)) this.become('pending');
    else this.changed.emit();
    this.later(GATHER);
  }

  /** Send now what waits; resolves when that was tried. */
  async flush(): Promise<void> {
    this.cancelTimer();
    while (this.sending) await this.sending.catch(() => undefined);
    if (this.waiting.length > 0) await this.alone(() => this.send());
  }

  /** Ask what others did meanwhile; nothing is said if the server does not answer. */
  look(): void {
    if (this.closed || this.sending || this.waiting.length > 0) return;
    void this.alone(() => this.append([])).then(
      () => this.settle(),
      () => undefined,
    );
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
    void this.request(sent, { last: true }).then(
      (answer) => this.take(answer, sent),
      () => undefined,
    );
  }

  /** Try again at once: the network is back, or somebody signed in. */
  retry(): void {
    this.pause = SHORTEST_PAUSE;
    this.keeper.again();
    if (this.waiting.length > 0) void this.flush();
    else this.look();
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
    this.stopListening();
    this.cancelTimer();
  }

  /** One request at a time. */
  private alone<T>(act: () => Promise<T>): Promise<T> {
    const running = act().finally(() => (this.sending = null));
    this.sending = running;
    return running;
  }

  private async send(): Promise<void> {
    this.become('saving');
    await this.keeper.settled();
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
      await this.take(await this.kept(batch), batch);
    } catch (error) {
      if (batch.length > 0) this.refusal = error;
      throw error;
    }
  }

  /** Work on a task that passed on before it was ever saved is kept as a draft all the same. */
  private async kept(batch: readonly Operation[]): Promise<Appended> {
    try {
      return await this.request(batch, {});
    } catch (error) {
      if (failureOf(error) !== 'lease-lost' || batch.length === 0) throw error;
      this.isLost = true;
      return this.request(batch, { late: true });
    }
  }

  private request(batch: readonly Operation[], how: Sending): Promise<Appended> {
    return this.options.transport.append(this.options.task, this.ledger.revision, batch, how);
  }

  private async handIn(closing: Closing): Promise<Handed> {
    const sent = [...this.waiting];
    this.become('saving');
    await this.keeper.settled();
    try {
      const handed = await this.options.transport.submit(this.options.task, this.ledger.revision, sent, closing);
      await this.acknowledge(new Set(sent.map((operation) => operation.id)));
      this.settle();
      const { member, task, neighbors } = this.options;
      neighbors?.tell(member, task, Infinity); // whatever they know, there is news
      return handed;
    } catch (error) {
      // What a refused submission carried is not kept by the server: it goes the usual way.
      const failure = failureOf(error);
      this.isLost ||= failure === 'lease-lost';
      if (WAITS.includes(failure)) this.failed(error);
      else this.settle();
      throw error;
    }
  }

  /** Take an answer in: what is confirmed, what others did, and how things stand. */
  private async take(answer: Appended, sent: readonly Operation[]): Promise<void> {
    const before = this.ledger.revision;
    const { logged, touched } = this.ledger.merge(answer, sent);
    const acknowledged = this.acknowledge(logged);
    const pending = [...this.aside, ...this.waiting];
    if (touched.size > 0) {
      this.options.onElsewhere(new Map([...touched].map((id) => [id, this.ledger.shown(id, pending)])));
    }
    this.note(answer);
    await acknowledged;
    const { member, task, neighbors } = this.options;
    if (sent.length > 0 && answer.revision > before) neighbors?.tell(member, task, answer.revision);
  }

  private note({ conflicts, task }: Appended): void {
    const had = this.open;
    this.open = conflicts;
    if (had.length > 0 || conflicts.length > 0) this.conflictsChanged.emit();
    const was = this.standing;
    this.standing = task;
    if (was?.ontology !== task.ontology || was.state !== task.state || was.holder !== task.holder) {
      this.standingChanged.emit();
    }
  }

  private async acknowledge(logged: ReadonlySet<string>): Promise<void> {
    const ids = new Set(logged);
    const touched = new Set(this.waiting.filter((operation) => ids.has(operation.id)).map(targetOf));
    this.waiting = this.waiting.filter((operation) => !ids.has(operation.id));
    // A later edit that was taken makes an earlier one that was not immaterial.
    for (const operation of this.aside) if (touched.has(targetOf(operation))) ids.add(operation.id);
    this.aside = this.aside.filter((operation) => !ids.has(operation.id));
    if (ids.size > 0) await this.keeper.remove([...ids]);
  }

  private setAside(refused: readonly Operation[]): void {
    if (refused.length === 0) return;
    const gone = new Map(refused.map((operation) => [operation.id, operation]));
    this.waiting = this.waiting.flatMap((operation) => {
      if (gone.has(operation.id)) return [];
      const before = gone.get(operation.after ?? '');
      return [before ? { ...operation, after: before.after } : operation];
    });
    this.aside.push(...refused);
  }

  /** The state when no request is under way, and the next one if something waits. */
  private settle(): void {
    if (this.waiting.length > 0) {
      this.become('pending');
      this.later(0);
    } else this.become(this.aside.length > 0 ? 'refused' : this.atRest());
  }

  private atRest(): SaveState {
    const { standing } = this;
    if (standing && standing.state !== 'waiting') return 'closed';
    return this.isLost || standing?.holder ? 'lease-lost' : 'saved';
  }

  private failed(error: unknown): void {
    this.refusal = error;
    const failure = failureOf(error);
    this.isLost ||= failure === 'lease-lost';
    this.become(failure === 'closed' || failure === 'content' ? 'refused' : failure);
    if (WAITS.includes(failure) && this.waiting.length > 0 && !this.closed) {
      this.keeper.again();
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

function defaultWait(milliseconds: number, then: () => void): () => void {
  const timer = setTimeout(then, milliseconds);
  return () => clearTimeout(timer);
}
