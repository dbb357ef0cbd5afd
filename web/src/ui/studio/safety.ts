/**
 * What keeps the work safe around one task: conflicts, steps of earlier sessions, half-drawn shapes,
 * work that others left, and news of the task and its ontology. The page shows what is here.
 */
import { api } from '../../api';
import { type Stacks, type Step, stepsOf } from '../../editor/history';
import { Signal } from '../../editor/signal';
import type { Operation } from '../../model/operations';
import type { Neighbors } from '../../sync/neighbors';
import { type KeptStroke, released, StrokeKeeper, type Strokes } from '../../sync/strokes';
import type { OpenConflict } from '../../sync/transport';
import type { OntologyVersion, OntologyView, Page } from '../../wire';
import { changeWords } from '../ontology/change-words';
import { tell, tellProblem } from '../notify';
import type { Desk } from './desk';

export interface LeftWork {
  task: string;
  member: string;
  member_name: string;
  annotations: number;
  updated_at: string;
}

export interface OntologyNews {
  version: number;
  words: string[];
}

/** What of the browser and its tabs a desk is given; `strokes` is null where nothing is stored. */
export interface Surroundings {
  tab: string;
  neighbors: Neighbors;
  strokes: Strokes | null;
}

const LOOK_EVERY = 20_000; // milliseconds; tabs of one browser tell one another at once

export class Safety {
  readonly changed = new Signal();
  /** A half-drawn shape of a tab that is gone. */
  stroke: KeptStroke | null = null;
  /** What others left on the item. */
  left: readonly LeftWork[] = [];
  news: OntologyNews | null = null;
  /** The names of those whose work was brought in here. */
  readonly names = new Map<string, string>();
  private readonly keeper: StrokeKeeper | null;
  private readonly stops: (() => void)[] = [];
  private marks: ReadonlySet<string> = new Set();

  constructor(
    private readonly desk: Desk,
    private readonly member: string,
    unsent: readonly Operation[],
    private readonly around: Surroundings,
  ) {
    const { editor, sync, hand, envelope } = desk;
    const { task, draft } = envelope;
    editor.onWord = (word) => tell(word);
    editor.history.place(stepsOf(draft.document.annotations, unsent));
    if (draft.revision > 0) editor.history.reach = () => this.earlierSteps();
    const place = { id: `${around.tab}/${task.id}`, tab: around.tab, member, task: task.id };
    this.keeper = around.strokes && desk.held ? new StrokeKeeper(around.strokes, place, () => hand.unfinished) : null;
    if (this.keeper) this.stops.push(hand.changed.subscribe(this.keeper.look));
    this.stops.push(sync.conflictsChanged.subscribe(() => this.mark()));
    this.stops.push(sync.standingChanged.subscribe(() => void this.hearOfOntology()));
    window.addEventListener('beforeunload', this.ask);
    document.addEventListener('visibilitychange', this.see);
    const looking = setInterval(this.see, LOOK_EVERY);
    this.stops.push(() => clearInterval(looking));
    this.mark();
    void this.findStroke().catch(() => undefined);
    void this.findLeft().catch(() => undefined);
  }

  get conflicts(): readonly OpenConflict[] {
    return this.desk.sync.conflicts;
  }

  /** Whether a choice about an annotation waits. */
  isInConflict(id: string): boolean {
    return this.marks.has(id);
  }

  /** Go on with the half-drawn shape. */
  takeUpStroke(): void {
    const { stroke } = this;
    this.dropStroke();
    if (stroke) this.desk.hand.resume(released(stroke.stroke));
  }

  dropStroke(): void {
    if (this.stroke) void this.around.strokes?.drop(this.stroke.id).catch(() => undefined);
    this.stroke = null;
    this.changed.emit();
  }

  /** Bring in what somebody left; what contradicts comes back as conflicts. */
  async bringIn(work: LeftWork): Promise<void> {
    const { sync, envelope } = this.desk;
    try {
      await sync.flush();
      await api.post(`/tasks/${envelope.task.id}/left`, { task: work.task, member: work.member });
      this.waveAway(work);
      this.desk.editor.history.reach = () => this.earlierSteps();
      sync.look();
    } catch (error) {
      tellProblem(error);
    }
  }

  waveAway(work: LeftWork): void {
    this.left = this.left.filter((entry) => entry !== work);
    this.changed.emit();
  }

  close(): void {
    this.stops.forEach((stop) => stop());
    this.keeper?.close();
    window.removeEventListener('beforeunload', this.ask);
    document.removeEventListener('visibilitychange', this.see);
  }

  private mark(): void {
    this.marks = new Set(this.conflicts.map((conflict) => conflict.annotation));
    this.desk.editor.view.changed.emit();
    this.changed.emit();
  }

  private async earlierSteps(): Promise<Stacks> {
    return api.get<{ done: Step[]; undone: Step[] }>(`/tasks/${this.desk.envelope.task.id}/steps`);
  }

  /** A stroke of a tab that is still there is that tab's. */
  private async findStroke(): Promise<void> {
    const { strokes, neighbors, tab } = this.around;
    if (!strokes || !this.desk.held) return;
    for (const kept of await strokes.of(this.member, this.desk.envelope.task.id)) {
      if (kept.tab !== tab && (await neighbors.isThere(kept.tab))) continue;
      this.stroke = kept;
      this.changed.emit();
      return;
    }
  }

  private async findLeft(): Promise<void> {
    if (!this.desk.held) return;
    this.left = await api.get<LeftWork[]>(`/tasks/${this.desk.envelope.task.id}/left`);
    for (const work of this.left) this.names.set(work.member, work.member_name);
    if (this.left.length > 0) this.changed.emit();
  }

  private async hearOfOntology(): Promise<void> {
    const { envelope, sync } = this.desk;
    this.changed.emit();
    const version = sync.standing?.ontology ?? 0;
    const { version: known, ontology } = envelope.ontology;
    if (version <= known || this.news?.version === version) return;
    this.news = { version, words: [] };
    const path = `/projects/${envelope.task.project}/ontology`;
    const [now, versions] = await Promise.all([
      api.get<OntologyView>(path),
      api.get<Page<OntologyVersion>>(`${path}/versions?limit=20`),
    ]).catch(() => [null, null] as const);
    if (now && versions) {
      const newer = versions.items.filter((entry) => entry.version > known).reverse();
      this.news = { version, words: newer.flatMap((entry) => changeWords(entry.change, ontology, now.ontology)) };
    }
    this.changed.emit();
  }

  /** Leaving asks first while something would be lost. */
  private readonly ask = (event: BeforeUnloadEvent): void => {
    if (this.desk.sync.unkept > 0) event.preventDefault();
  };

  /** A tab that somebody looks at asks what happened meanwhile: on another device, or to the task. */
  private readonly see = (): void => {
    if (document.visibilityState === 'visible' && this.desk.held) this.desk.sync.look();
  };
}
