/**
 * Sends many files, three at a time, and tries again what a bad line broke.
 *
 * It knows no browser: `send` does the sending, `pause` the waiting. Files may be added while it runs.
 */

export interface Named {
  name: string;
  size: number;
}

export interface Sending {
  signal: AbortSignal;
  onProgress: (sent: number) => void;
}

export type FileState = 'waiting' | 'sending' | 'sent' | 'failed';

export interface Entry<T extends Named> {
  file: T;
  state: FileState;
  sent: number;
  tries: number;
  error: unknown;
}

export interface Sum {
  files: number;
  sentFiles: number;
  failed: number;
  bytes: number;
  sentBytes: number;
  isRunning: boolean;
}

export interface Options<T extends Named> {
  send: (file: T, sending: Sending) => Promise<void>;
  /** Whether another try may help. */
  isPassing: (error: unknown) => boolean;
  pause: (milliseconds: number) => Promise<void>;
  atOnce?: number;
  tries?: number;
}

const FIRST_PAUSE_MS = 500;

export class UploadQueue<T extends Named> {
  readonly entries: Entry<T>[] = [];
  private next = 0;
  private running = 0;
  private isStopped = false;
  private readonly abort = new AbortController();
  private readonly listeners = new Set<() => void>();
  private settled: (() => void)[] = [];
  private version = 0;

  constructor(private readonly options: Options<T>) {}

  add(files: Iterable<T>): void {
    for (const file of files) this.entries.push({ file, state: 'waiting', sent: 0, tries: 0, error: null });
    this.fill();
    this.tell();
  }

  /** Puts the failed files at work again. */
  retry(): void {
    const failed = this.entries.filter(({ state }) => state === 'failed');
    for (const entry of failed) Object.assign(entry, { state: 'waiting', sent: 0, tries: 0, error: null });
    this.next = 0;
    this.fill();
    this.tell();
  }

  stop(): void {
    this.isStopped = true;
    this.abort.abort();
    this.tell();
  }

  /** Done when nothing waits and nothing is under way. */
  finished(): Promise<void> {
    if (!this.sum().isRunning) return Promise.resolve();
    return new Promise((resolve) => this.settled.push(resolve));
  }

  sum(): Sum {
    const sum: Sum = { files: 0, sentFiles: 0, failed: 0, bytes: 0, sentBytes: 0, isRunning: this.running > 0 };
    for (const { file, state, sent } of this.entries) {
      sum.files += 1;
      sum.bytes += file.size;
      sum.sentBytes += state === 'sent' ? file.size : state === 'failed' ? 0 : Math.min(sent, file.size);
      if (state === 'sent') sum.sentFiles += 1;
      if (state === 'failed') sum.failed += 1;
    }
    return sum;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  snapshot = (): number => this.version;

  private fill(): void {
    while (!this.isStopped && this.running < (this.options.atOnce ?? 3)) {
      const entry = this.following();
      if (!entry) break;
      this.running += 1;
      void this.work(entry);
    }
  }

  private following(): Entry<T> | undefined {
    while (this.next < this.entries.length) {
      const entry = this.entries[this.next]!;
      this.next += 1;
      if (entry.state === 'waiting') return entry;
    }
    return undefined;
  }

  private async work(entry: Entry<T>): Promise<void> {
    entry.state = 'sending';
    while (entry.state === 'sending') await this.attempt(entry);
    this.running -= 1;
    this.fill();
    this.tell();
    if (this.running === 0) {
      const waiting = this.settled;
      this.settled = [];
      waiting.forEach((resolve) => resolve());
    }
  }

  private async attempt(entry: Entry<T>): Promise<void> {
    entry.tries += 1;
    entry.sent = 0;
    try {
      await this.options.send(entry.file, {
        signal: this.abort.signal,
        onProgress: (sent) => {
          entry.sent = sent;
          this.tell();
        },
      });
      entry.state = 'sent';
    } catch (error) {
      entry.error = error;
      const mayRetry = entry.tries < (this.options.tries ?? 4) && this.options.isPassing(error);
      if (this.isStopped || !mayRetry) entry.state = 'failed';
      else await this.options.pause(FIRST_PAUSE_MS * 2 ** (entry.tries - 1));
    }
  }

  private tell(): void {
    this.version += 1;
    this.listeners.forEach((listener) => listener());
  }
}
