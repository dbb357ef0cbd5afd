/** Fetches tiles in the order in which they are wanted, keeps a bounded number, and lets go of what is no longer wanted. */
import { keyOf, type TileAt } from './tiling';

const AT_ONCE = 6; // requests, as many as browsers send to one server
const AGAIN = 4_000; // milliseconds until a tile that failed is asked for again

/** What is kept of a tile; `bytes` count towards the limit. */
export interface Kept {
  readonly bytes: number;
  close?(): void;
}

export class TileLoader<T extends Kept> {
  private readonly kept = new Map<string, T>(); // the least recently wanted first
  private readonly running = new Map<string, AbortController>();
  private readonly failed = new Map<string, number>();
  private wanted: TileAt[] = [];
  private bytes = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly fetchTile: (tile: TileAt, signal: AbortSignal) => Promise<T>,
    private readonly onArrival: (tile: TileAt) => void,
    private readonly most: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  get size(): number {
    return this.bytes;
  }

  find(tile: TileAt): T | null {
    return this.kept.get(keyOf(tile)) ?? null;
  }

  /** Say which tiles are wanted from now on, the most urgent first; all others are let go. */
  want(tiles: readonly TileAt[]): void {
    this.wanted = [...tiles];
    const keys = new Set(tiles.map(keyOf));
    for (const [key, controller] of this.running) {
      if (keys.has(key)) continue;
      this.running.delete(key);
      controller.abort();
    }
    for (let at = tiles.length - 1; at >= 0; at--) this.touch(keyOf(tiles[at]!));
    this.start();
  }

  /** Let go of everything. */
  clear(): void {
    this.want([]);
    clearTimeout(this.timer);
    for (const tile of this.kept.values()) tile.close?.();
    this.kept.clear();
    this.failed.clear();
    this.bytes = 0;
  }

  private start(): void {
    for (const tile of this.wanted) {
      if (this.running.size >= AT_ONCE) return;
      const key = keyOf(tile);
      if (this.kept.has(key) || this.running.has(key) || this.isResting(key)) continue;
      const controller = new AbortController();
      this.running.set(key, controller);
      void this.fetchTile(tile, controller.signal).then(
        (found) => this.arrived(tile, key, controller, found),
        () => this.missed(key, controller),
      );
    }
  }

  private arrived(tile: TileAt, key: string, controller: AbortController, found: T): void {
    if (this.running.get(key) !== controller) {
      found.close?.();
      return;
    }
    this.running.delete(key);
    this.failed.delete(key);
    this.kept.set(key, found);
    this.bytes += found.bytes;
    this.makeRoom();
    this.start();
    this.onArrival(tile);
  }

  private missed(key: string, controller: AbortController): void {
    if (this.running.get(key) !== controller) return; // it was let go
    this.running.delete(key);
    this.failed.set(key, this.now());
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.start(), AGAIN);
    this.start();
  }

  private isResting(key: string): boolean {
    const when = this.failed.get(key);
    return when !== undefined && this.now() - when < AGAIN;
  }

  private touch(key: string): void {
    const tile = this.kept.get(key);
    if (!tile) return;
    this.kept.delete(key);
    this.kept.set(key, tile);
  }

  private makeRoom(): void {
    const keys = new Set(this.wanted.map(keyOf));
    for (const [key, tile] of this.kept) {
      if (this.bytes <= this.most) return;
      if (keys.has(key)) continue;
      this.kept.delete(key);
      this.bytes -= tile.bytes;
      tile.close?.();
    }
  }
}
