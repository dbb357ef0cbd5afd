/** Seconds of human work: the time between signs of life, pauses left out. */
const LONGEST_PAUSE = 30_000;

export class WorkMeter {
  private last: number | null = null;
  private gathered = 0;

  constructor(private readonly clock: () => number = Date.now) {}

  /** Somebody moved, clicked or typed. */
  alive(): void {
    const now = this.clock();
    const passed = this.last === null ? 0 : now - this.last;
    // A clock that was set back would take work away.
    if (passed > 0 && passed <= LONGEST_PAUSE) this.gathered += passed;
    this.last = now;
  }

  /** The seconds since the last lap. */
  lap(): number {
    this.alive();
    const seconds = this.gathered / 1000;
    this.gathered = 0;
    return Math.round(seconds * 1000) / 1000;
  }
}
