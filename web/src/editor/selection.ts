/** Which annotations are meant. */
import { Signal } from './signal';

export type SelectMode = 'only' | 'add' | 'toggle';

export class Selection {
  readonly changed = new Signal();
  private chosen = new Set<string>();

  get ids(): ReadonlySet<string> {
    return this.chosen;
  }

  get only(): string | null {
    return this.chosen.size === 1 ? [...this.chosen][0]! : null;
  }

  has(id: string): boolean {
    return this.chosen.has(id);
  }

  select(ids: Iterable<string>, mode: SelectMode = 'only'): void {
    const next = mode === 'only' ? new Set<string>() : new Set(this.chosen);
    for (const id of ids) {
      if (mode === 'toggle' && next.has(id)) next.delete(id);
      else next.add(id);
    }
    this.set(next);
  }

  clear(): void {
    this.set(new Set());
  }

  /** Forget those that are gone. */
  keep(exists: (id: string) => boolean): void {
    this.set(new Set([...this.chosen].filter(exists)));
  }

  private set(next: Set<string>): void {
    if (next.size === this.chosen.size && [...next].every((id) => this.chosen.has(id))) return;
    this.chosen = next;
    this.changed.emit();
  }
}
