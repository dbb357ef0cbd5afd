/**
 * A sitting at the grid, free of any framework: the cells, the page in sight, what was marked and fixed on
 * it, and what follows when the page is accepted or taken back.
 *
 * Marks are made up until the page is accepted. Corrections are sent at once, because they are work that
 * nobody wants to do twice. Cells that could not be seen are never judged.
 */
import { Signal } from '../../editor/signal';
import { t } from '../../language/language';
import { differing } from '../../model/fields';
import { freshId } from '../../model/ids';
import type { Edit } from '../../model/operations';
import type { Annotation, Shape } from '../../wire';
import { Sender } from './sender';
import type { Batch, Cell, Facets, GridPage, Judged, Source, Standing } from './wire';

export interface Reading {
  page(cursor: string | null, limit: number): Promise<GridPage>;
}

/** What a person has said of a cell so far. */
export interface Said {
  wrong?: boolean;
  deleted?: boolean;
  /** The annotation as it was corrected. */
  fixed?: Annotation;
  /** A prediction was taken over under this id. */
  made?: string;
  /** Its crop could not be shown. */
  unseen?: boolean;
}

/** Why the last page or a correction was not saved as it was meant. */
export interface Trouble {
  task: string;
  name: string;
  outcome: Judged['outcome'] | 'refused' | 'conflict';
  reason: string;
  count: number;
}

interface Done {
  start: number;
  count: number;
  /** What was said of each cell that was judged, by its key. */
  judged: Map<string, 'accepted' | 'returned' | 'made'>;
}

const FETCHED = 120;
const MOST_TROUBLES = 20;

export const keyOf = (cell: Cell): string => `${cell.task} ${cell.document ?? ''} ${cell.annotation.id}`;

export class GridSession {
  readonly changed = new Signal();
  cells: Cell[] = [];
  start = 0;
  focus = 0;
  total = 0;
  judgedBefore = 0;
  held = 0;
  looked = 0;
  limited = false;
  restarted = false;
  version = 0;
  facets: Facets = { categories: {}, kinds: {}, models: {} };
  loading = false;
  failure: unknown = null;
  verified = 0;
  seconds = 0;
  troubles: Trouble[] = [];
  readonly standings = new Map<string, Standing>();
  private said = new Map<string, Said>();
  private done: Done[] = [];
  private next: string | null = null;
  private begun = false;
  private filling: Promise<void> | null = null;
  private anchor = 0;
  private size = 24;
  private lost = new Map<string, Judged>();
  private shown = new Set<string>();
  private readonly sender: Sender;

  constructor(
    readonly source: Source,
    private readonly server: Reading,
    send: (batch: Batch) => void,
    now: () => number = Date.now,
  ) {
    this.sender = new Sender(send, now);
  }

  // What is in sight

  get page(): Cell[] {
    return this.cells.slice(this.start, this.start + this.size);
  }

  /** The cells of the page after this one, as far as they are known. */
  get ahead(): Cell[] {
    return this.cells.slice(this.start + this.size, this.start + 2 * this.size);
  }

  get pageSize(): number {
    return this.size;
  }

  get isOver(): boolean {
    return this.begun && this.next === null && this.start >= this.cells.length;
  }

  get canUndo(): boolean {
    return this.done.length > 0;
  }

  get focused(): Cell | undefined {
    return this.page[this.focus];
  }

  of(cell: Cell): Said {
    return this.said.get(keyOf(cell)) ?? {};
  }

  /** The annotation as it stands now. */
  standing(cell: Cell): Annotation {
    return this.of(cell).fixed ?? cell.annotation;
  }

  /** The name of somebody else who holds the item, or why it takes nothing more; null if it does. */
  lostTo(cell: Cell): string | null {
    const lost = this.lost.get(cell.task);
    return lost ? (lost.reason ?? lost.outcome) : cell.held_by;
  }

  /** How many cells of the page would be accepted, returned, and left out. */
  get counts(): { accepted: number; wrong: number; left: number } {
    const counts = { accepted: 0, wrong: 0, left: 0 };
    for (const cell of this.page) {
      const said = this.of(cell);
      if (this.isLeftOut(cell)) counts.left++;
      else if (said.wrong) counts.wrong++;
      else if (!said.deleted) counts.accepted++;
    }
    return counts;
  }

  // Filling

  /** Fetches until the page in sight and two after it are here. */
  fill(): Promise<void> {
    this.filling ??= this.fetch().finally(() => (this.filling = null));
    return this.filling;
  }

  private async fetch(): Promise<void> {
    while (this.wantsMore) {
      this.loading = true;
      this.failure = null;
      this.changed.emit();
      try {
        this.take(await this.server.page(this.next, Math.min(200, Math.max(FETCHED, this.size))));
      } catch (error) {
        this.failure = error;
      }
      this.loading = false;
      this.changed.emit();
      if (this.failure !== null) return;
    }
  }

  private get wantsMore(): boolean {
    if (this.begun && this.next === null) return false;
    return !this.begun || this.cells.length < this.start + 3 * this.size;
  }

  private take(page: GridPage): void {
    if (page.restarted) this.restarted = true;
    if (!this.begun || page.restarted) {
      this.total = page.total + (page.restarted ? this.cells.length : 0);
      this.judgedBefore = this.begun ? this.judgedBefore : page.judged;
    }
    this.held = page.held;
    this.looked = page.looked;
    this.limited = page.limited;
    this.facets = page.facets;
    this.version = page.ontology_version;
    const known = new Set(this.cells.map(keyOf));
    for (const cell of page.cells) {
      if (known.has(keyOf(cell))) {
        this.total--;
        continue;
      }
      this.cells.push(cell);
      this.sender.learn(cell.task, cell.revision);
    }
    this.next = page.next;
    this.begun = true;
  }

  resize(size: number): void {
    if (size === this.size || size < 1) return;
    const looking = this.start + this.focus;
    this.size = size;
    this.focus = Math.min(looking - this.start, size - 1);
    this.changed.emit();
    void this.fill();
  }

  // Going about

  /** Move the focus; over the edge of the page it stays. */
  move(across: number, down: number, columns: number): void {
    const last = this.page.length - 1;
    const to = this.focus + across + down * columns;
    if (to >= 0 && to <= last) this.look(to);
    else if (down > 0 && Math.floor(this.focus / columns) < Math.floor(last / columns)) this.look(last);
  }

  look(index: number): void {
    this.focus = Math.max(0, Math.min(index, this.page.length - 1));
    this.changed.emit();
  }

  // Saying

  /** Mark a cell as wrong, or take the mark back. */
  toggle(index: number): void {
    const cell = this.page[index];
    if (!cell || this.lostTo(cell)) return;
    this.anchor = this.focus = index;
    this.say(cell, { wrong: !this.of(cell).wrong });
  }

  /** Mark everything from the last toggled cell up to this one as that one is. */
  toggleTo(index: number): void {
    const first = this.page[this.anchor];
    const wrong = first ? Boolean(this.of(first).wrong) : true;
    const [from, to] = [Math.min(this.anchor, index), Math.max(this.anchor, index)];
    for (const cell of this.page.slice(from, to + 1)) {
      if (!this.lostTo(cell)) this.set(cell, { wrong });
    }
    this.focus = index;
    this.changed.emit();
  }

  /** Whether every crop in sight is shown, or known to fail: before that nothing is accepted. */
  get isReady(): boolean {
    return this.page.length > 0 && this.page.every((cell) => this.shown.has(keyOf(cell)));
  }

  /** A crop was shown, or could not be: then its cell is left out until it can. */
  seen(cell: Cell, isSeen: boolean): void {
    const wasReady = this.isReady;
    this.shown.add(keyOf(cell));
    if (Boolean(this.of(cell).unseen) === isSeen) this.say(cell, { unseen: !isSeen });
    else if (this.isReady !== wasReady) this.changed.emit();
  }

  recategorize(cell: Cell, category: string, seconds = 0): void {
    const before = this.standing(cell);
    if (before.category !== category) this.fix(cell, { ...before, category }, seconds);
  }

  reshape(cell: Cell, shape: Shape, category: string, seconds = 0): void {
    this.fix(cell, { ...this.standing(cell), shape, category }, seconds);
  }

  /** The annotation as it was before it was corrected here. */
  restore(cell: Cell): void {
    const { fixed } = this.of(cell);
    if (!fixed || this.lostTo(cell)) return;
    const fields = differing(fixed, cell.annotation);
    const edits: Edit[] =
      this.source === 'review'
        ? [{ kind: 'put', annotation: cell.annotation, fields }, { kind: 'judge', id: cell.annotation.id, verdict: null }]
        : [{ kind: 'delete', id: this.of(cell).made ?? '' }];
    this.sender.one(cell, edits, 0);
    const { fixed: _fixed, made: _made, ...rest } = this.of(cell);
    this.verified = Math.max(0, this.verified - 1);
    this.said.set(keyOf(cell), rest);
    this.changed.emit();
  }

  /** Delete an annotation, or bring it back. A predicted one is marked as wrong: nobody has it yet. */
  remove(cell: Cell, seconds = 0): void {
    if (this.lostTo(cell)) return;
    if (this.source === 'predictions') {
      if (this.of(cell).fixed) this.restore(cell);
      this.say(cell, { wrong: !this.of(cell).wrong });
      return;
    }
    const back = this.of(cell).deleted;
    const edits: Edit[] = back
      ? [{ kind: 'put', annotation: this.standing(cell) }]
      : [{ kind: 'delete', id: cell.annotation.id }];
    if (back && this.of(cell).fixed) edits.push({ kind: 'judge', id: cell.annotation.id, verdict: 'amended' });
    this.sender.one(cell, edits, seconds);
    this.verified += back ? -1 : 1;
    this.say(cell, { deleted: !back, wrong: false });
  }

  private fix(cell: Cell, after: Annotation, seconds: number): void {
    if (this.lostTo(cell)) return;
    const before = this.of(cell);
    const fields = differing(this.standing(cell), after);
    if (fields.length === 0) return;
    const made = before.made ?? (this.source === 'predictions' ? freshId() : undefined);
    const edits: Edit[] =
      made !== undefined
        ? [{ kind: 'put', annotation: this.takenOver(cell, after, made), ...(before.made ? { fields } : {}) }]
        : [
            { kind: 'put', annotation: after, ...(before.deleted ? {} : { fields }) },
            { kind: 'judge', id: after.id, verdict: 'amended' },
          ];
    this.sender.one(cell, edits, seconds);
    if (!before.fixed && !before.deleted) this.verified++;
    this.seconds += seconds;
    this.say(cell, { fixed: after, wrong: false, deleted: false, ...(made ? { made } : {}) });
  }

  private takenOver(cell: Cell, annotation: Annotation, id: string): Annotation {
    const score = cell.annotation.evidence?.score ?? null;
    return { ...annotation, id, evidence: { prediction: cell.annotation.id, model: cell.model, score } };
  }

  // Settling a page

  /** Accept what is not marked, return what is, and go on. `seconds` is the work on the page. */
  accept(seconds: number): void {
    const page = this.page;
    if (!this.isReady) return;
    const judged: Done['judged'] = new Map();
    const edits: [Cell, Edit][] = [];
    for (const cell of page) {
      const said = this.of(cell);
      if (this.isLeftOut(cell) || said.deleted) continue;
      const id = cell.annotation.id;
      if (this.source === 'predictions') {
        if (said.wrong) judged.set(keyOf(cell), 'returned');
        else if (!said.made) {
          const made = freshId();
          edits.push([cell, { kind: 'put', annotation: this.takenOver(cell, cell.annotation, made) }]);
          judged.set(keyOf(cell), 'made');
          this.set(cell, { made });
        }
      } else if (said.wrong) {
        edits.push([cell, { kind: 'judge', id, verdict: 'returned' }]);
        judged.set(keyOf(cell), 'returned');
      } else if (!said.fixed) {
        edits.push([cell, { kind: 'judge', id, verdict: 'accepted' }]);
        judged.set(keyOf(cell), 'accepted');
      }
    }
    this.sender.spread(edits, seconds);
    this.done.push({ start: this.start, count: page.length, judged });
    this.verified += judged.size;
    this.seconds += seconds;
    this.start += page.length;
    this.anchor = this.focus = 0;
    this.changed.emit();
    void this.fill();
  }

  /** Take the verdicts of the last page back and show it again; its corrections stay. */
  undo(): void {
    const last = this.done.pop();
    if (!last) return;
    const edits: [Cell, Edit][] = [];
    for (const cell of this.cells.slice(last.start, last.start + last.count)) {
      const verdict = last.judged.get(keyOf(cell));
      if (!verdict) continue;
      if (verdict === 'made') {
        edits.push([cell, { kind: 'delete', id: this.of(cell).made ?? '' }]);
        const { made: _made, ...rest } = this.of(cell);
        this.said.set(keyOf(cell), rest);
      } else if (this.source === 'review') {
        edits.push([cell, { kind: 'judge', id: cell.annotation.id, verdict: null }]);
      }
    }
    this.sender.spread(edits, 0);
    this.verified = Math.max(0, this.verified - last.judged.size);
    this.start = last.start;
    this.anchor = this.focus = 0;
    this.changed.emit();
  }

  // What the server answers

  judged(judged: Judged[]): void {
    for (const one of judged) {
      if (one.outcome !== 'saved') {
        this.lost.set(one.task, one);
        this.standings.delete(one.task);
        this.tell(one.task, one.outcome, one.reason ?? one.outcome, this.unsay(one.task));
        continue;
      }
      this.lost.delete(one.task);
      this.sender.learn(one.task, one.revision);
      const cell = this.cells.find(({ task }) => task === one.task);
      const known = this.standings.get(one.task);
      const item = cell ?? known;
      if (one.tally && item) {
        this.standings.set(one.task, { task: one.task, item: item.item, name: item.name, tally: one.tally });
      }
      for (const { reason } of one.refused) this.tell(one.task, 'refused', reason, 1);
      if (one.conflicts.length > 0) {
        this.tell(one.task, 'conflict', t('Changed in two places at once; choose in the studio.'), one.conflicts.length);
      }
    }
    this.changed.emit();
  }

  calm(): void {
    this.troubles = [];
    this.changed.emit();
  }

  /** Reviews that were handed in are no longer open. */
  closed(tasks: readonly string[]): void {
    for (const task of tasks) this.standings.delete(task);
    this.changed.emit();
  }

  begin(standings: readonly Standing[]): void {
    for (const standing of standings) {
      if (!this.standings.has(standing.task)) this.standings.set(standing.task, standing);
    }
    this.changed.emit();
  }

  /** How many cells of a task were counted as verified and are not. */
  private unsay(task: string): number {
    let count = 0;
    for (const done of this.done) {
      for (const key of [...done.judged.keys()]) {
        if (!key.startsWith(`${task} `)) continue;
        done.judged.delete(key);
        count++;
      }
    }
    this.verified = Math.max(0, this.verified - count);
    return count;
  }

  private tell(task: string, outcome: Trouble['outcome'], reason: string, count: number): void {
    const name = this.cells.find((cell) => cell.task === task)?.name ?? this.standings.get(task)?.name ?? task;
    this.troubles = [...this.troubles, { task, name, outcome, reason, count }].slice(-MOST_TROUBLES);
  }

  private isLeftOut(cell: Cell): boolean {
    return Boolean(this.of(cell).unseen) || this.lostTo(cell) !== null;
  }

  private say(cell: Cell, said: Said): void {
    this.set(cell, said);
    this.changed.emit();
  }

  private set(cell: Cell, said: Said): void {
    this.said.set(keyOf(cell), { ...this.of(cell), ...said });
  }
}
