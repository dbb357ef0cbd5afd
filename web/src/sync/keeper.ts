/**
 * Writes to the journal in order, and knows what the browser would not keep.
 *
 * A full disk or a private window makes the browser refuse. The work then goes on in memory and on to
 * the server, each write tries again what was refused, and the page can tell how much would be lost
 * if it were closed now.
 */
import { Signal } from '../editor/signal';
import type { Entry, Journal } from './journal';

export class Keeper {
  readonly changed = new Signal();
  private readonly refused = new Map<string, Entry>();
  private written: Promise<void> = Promise.resolve();

  constructor(private readonly journal: Journal) {}

  /** How many entries are in memory only. */
  get unkept(): number {
    return this.refused.size;
  }

  add(entries: readonly Entry[]): void {
    this.then(async () => {
      const all = [...this.refused.values(), ...entries];
      if (!this.journal.lasts) entries.forEach((entry) => this.refused.set(entry.id, entry));
      try {
        await this.journal.add(all);
        if (this.journal.lasts) this.refused.clear();
      } catch {
        entries.forEach((entry) => this.refused.set(entry.id, entry));
      }
    });
  }

  remove(ids: readonly string[]): Promise<void> {
    return this.then(async () => {
      ids.forEach((id) => this.refused.delete(id));
      await this.journal.remove(ids).catch(() => undefined);
    });
  }

  /** Try again what was refused. */
  again(): void {
    if (this.refused.size > 0 && this.journal.lasts) this.add([]);
  }

  /** Resolves when everything asked for so far was tried. */
  settled(): Promise<void> {
    return this.written;
  }

  private then(act: () => Promise<void>): Promise<void> {
    const before = this.refused.size;
    this.written = this.written.then(act).then(() => {
      if (this.refused.size !== before) this.changed.emit();
    });
    return this.written;
  }
}
