/**
 * Verdicts on their way to the server: in order, one batch at a time, each under a key of its own.
 *
 * A batch that does not arrive is kept, also over a reload of the page, and tried again until the server
 * has answered. An answer that refuses it for good drops it and is told. Each lies in the browser under its
 * own key, so that two tabs never lose one another's; sent twice, it counts once.
 */
import { Signal } from '../../editor/signal';
import type { Batch, Judged } from './wire';

export interface Port {
  send(batch: Batch): Promise<Judged[]>;
  /** Whether trying again later may help. */
  isPassing(error: unknown): boolean;
}

export interface Shelf {
  readonly length: number;
  key(index: number): string | null;
  getItem(name: string): string | null;
  setItem(name: string, value: string): void;
  removeItem(name: string): void;
}

export type OutboxState = 'saved' | 'saving' | 'waiting';

const FIRST_WAIT = 1_000;
const LONGEST_WAIT = 15_000;

export class Outbox {
  readonly changed = new Signal();
  state: OutboxState = 'saved';
  /** Whether the browser had no room to keep what waits: then it must not be closed. */
  unkept = false;
  private waiting: Batch[];
  private tries = 0;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private running = false;

  constructor(
    private readonly port: Port,
    private readonly shelf: Shelf,
    private readonly place: string,
    private readonly onJudged: (judged: Judged[], batch: Batch) => void,
    private readonly onRefused: (error: unknown, batch: Batch) => void,
  ) {
    this.waiting = read(shelf, place);
    if (this.waiting.length > 0) this.nudge();
  }

  get size(): number {
    return this.waiting.length;
  }

  /** Verdicts and corrections that the server has not confirmed. */
  get operations(): number {
    return this.waiting.reduce((sum, { drafts }) => sum + drafts.reduce((n, { operations }) => n + operations.length, 0), 0);
  }

  add(batch: Batch): void {
    this.waiting.push(batch);
    if (this.state === 'saved') this.state = 'saving';
    this.keep(batch);
    this.nudge();
  }

  /** Once nothing is on its way: all was answered, or the server cannot be reached for now. */
  settled(): Promise<void> {
    if (this.state !== 'saving') return Promise.resolve();
    return new Promise((resolve) => {
      const stop = this.changed.subscribe(() => {
        if (this.state === 'saving') return;
        stop();
        resolve();
      });
    });
  }

  /** Try now, for example because the network is back. */
  nudge(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    void this.run();
  }

  private async run(): Promise<void> {
    if (this.running) return;
    this.running = true;
    try {
      for (let batch = this.waiting[0]; batch; batch = this.waiting[0]) {
        if (this.state !== 'waiting') this.become('saving');
        if (!(await this.attempt(batch))) return;
      }
      this.become('saved');
    } finally {
      this.running = false;
    }
  }

  private async attempt(batch: Batch): Promise<boolean> {
    try {
      const judged = await this.port.send(batch);
      this.settle();
      this.onJudged(judged, batch);
    } catch (error) {
      if (this.port.isPassing(error)) {
        this.later();
        return false;
      }
      this.settle();
      this.onRefused(error, batch);
    }
    return true;
  }

  private settle(): void {
    const batch = this.waiting.shift();
    if (batch) this.shelf.removeItem(this.place + batch.key);
    this.tries = 0;
    if (this.waiting.length === 0) this.unkept = false;
    this.changed.emit();
  }

  private later(): void {
    this.become('waiting');
    const wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** this.tries++);
    this.timer = setTimeout(() => this.nudge(), wait);
  }

  private become(state: OutboxState): void {
    this.state = state;
    this.changed.emit();
  }

  private keep(batch: Batch): void {
    try {
      this.shelf.setItem(this.place + batch.key, JSON.stringify(batch));
    } catch {
      this.unkept = true; // no room: what waits lives as long as this page
    }
    this.changed.emit();
  }
}

/** What an earlier page left behind, oldest first. */
function read(shelf: Shelf, place: string): Batch[] {
  const names = Array.from({ length: shelf.length }, (_, index) => shelf.key(index) ?? '');
  return names
    .filter((name) => name.startsWith(place))
    .sort()
    .flatMap((name) => {
      try {
        const batch = JSON.parse(shelf.getItem(name) ?? '') as Batch;
        return typeof batch.key === 'string' && Array.isArray(batch.drafts) ? [batch] : [];
      } catch {
        shelf.removeItem(name);
        return [];
      }
    });
}
