/**
 * Half-drawn shapes, kept in the browser while the hand draws and offered again after a crash.
 *
 * What is kept is the tool's own state, which is plain data; each tab keeps one. Nothing here is an
 * annotation yet, so it goes no further than this browser.
 */
import { STROKES, type Store } from './store';

/** A tool in the middle of something, as plain data. */
export interface Unfinished {
  readonly tool: string;
  readonly state: { readonly name: string };
  readonly category: string | null;
}

export interface KeptStroke {
  id: string;
  /** The tab that draws it. */
  tab: string;
  member: string;
  task: string;
  at: number;
  stroke: Unfinished;
}

export interface Strokes {
  keep(kept: KeptStroke): Promise<void>;
  drop(id: string): Promise<void>;
  /** What is kept of a member on a task, newest first. */
  of(member: string, task: string): Promise<KeptStroke[]>;
}

const placeOf = (member: string, task: string) => `${member}/${task}`;

export function strokesIn(store: Store): Strokes {
  return {
    keep: (kept) =>
      // To the disk each time, so that not even a machine that stops costs more than the last moment.
      store.write(STROKES, (all) => all.put({ ...kept, place: placeOf(kept.member, kept.task) })),
    drop: (id) => store.write(STROKES, (all) => all.delete(id), 'relaxed'),
    async of(member, task) {
      const found = await store.read(STROKES, (all) => all.index('place').getAll(placeOf(member, task)));
      return (found as KeptStroke[]).sort((a, b) => b.at - a.at);
    },
  };
}

const PAUSE = 150; // milliseconds between two writes: as much of a stroke a crash may cost

/** Keeps what is half drawn at the moment, a few times a second. */
export class StrokeKeeper {
  private timer: ReturnType<typeof setTimeout> | null = null;
  private writing: Promise<void> | null = null;
  private isKept = false;
  private last: Unfinished | null = null;

  constructor(
    private readonly strokes: Strokes,
    private readonly place: { id: string; tab: string; member: string; task: string },
    private readonly unfinished: () => Unfinished | null,
  ) {}

  /** To be called whenever the hand moved. */
  readonly look = (): void => {
    if (!this.unfinished()) this.write();
    else this.timer ??= setTimeout(() => this.write(), PAUSE);
  };

  close(): void {
    this.write();
  }

  private write(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    // A slow disk gets the newest state next, not every one that went by.
    if (this.writing) return void this.writing.then(this.look);
    const stroke = this.unfinished();
    if (stroke === this.last || stroke?.state === (this.last?.state ?? null)) return;
    this.last = stroke;
    const { strokes, place } = this;
    // A browser without room loses the stroke at most; the work itself has its own keeper.
    if (stroke) this.isKept = true;
    else if (!this.isKept) return;
    const written = stroke ? strokes.keep({ ...place, at: Date.now(), stroke }) : strokes.drop(place.id);
    this.writing = written.catch(ignore).finally(() => (this.writing = null));
  }
}

/** A stroke that is taken up again goes on without a pressed button. */
export function released({ state, ...stroke }: Unfinished): Unfinished {
  return { ...stroke, state: 'pressed' in state ? Object.assign({}, state, { pressed: false }) : state };
}

/** How many points a half-drawn shape has, wherever its tool keeps them; 0: it has no list of them. */
export function pointsOf({ state }: Unfinished): number {
  const values: unknown[] = Object.values(state);
  return Math.max(0, ...values.map((value) => (Array.isArray(value) ? value.length : 0)));
}

function ignore(): void {}
