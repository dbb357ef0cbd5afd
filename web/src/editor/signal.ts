/** Something that changes, and those who want to know. */
export class Signal {
  private readonly listeners = new Set<() => void>();
  version = 0;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  snapshot = (): number => this.version;

  emit(): void {
    this.version++;
    for (const listener of [...this.listeners]) listener();
  }
}
