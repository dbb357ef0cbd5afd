/**
 * What others say of the item, laid over it: the predictions of each model, and earlier submissions.
 *
 * Each is a layer with its own look. What is proposed is taken over or waved away, one at a time or all
 * above a score. What was waved away, and which submitted annotations were taken over, is given to
 * whoever remembers it; accepted predictions are told by their evidence.
 */
import { t } from '../language/language';
import { defaults } from '../model/ontology';
import { type Edit, saysTheSame } from '../model/operations';
import type { Annotation } from '../wire';
import { acceptPredicted, takenIn } from './changes';
import type { Editor } from './editor';
import { Signal } from './signal';

export interface Layer {
  readonly id: string;
  readonly name: string;
  readonly kind: 'model' | 'author';
  readonly annotations: readonly Annotation[];
  readonly color: string;
  readonly dash: readonly number[];
  readonly opacity: number;
  readonly shown: boolean;
}

export interface Proposal {
  readonly annotation: Annotation;
  readonly layer: Layer;
}

/** What is remembered between visits. */
export interface Settled {
  rejected: string[];
  /** Annotations made here, by the submitted ones they were taken from. */
  taken: [string, string][];
}

/** Colors that tell layers apart for every kind of eye (Okabe and Ito), and a dash as the second sign. */
const LOOKS: readonly { color: string; dash: readonly number[] }[] = [
  { color: '#56B4E9', dash: [6, 4] },
  { color: '#CC79A7', dash: [2, 3] },
  { color: '#F0E442', dash: [10, 3, 2, 3] },
  { color: '#009E73', dash: [12, 5] },
  { color: '#D55E00', dash: [4, 2, 1, 2] },
  { color: '#0072B2', dash: [1, 3] },
];

const scoreOf = ({ annotation }: Proposal): number => annotation.evidence?.score ?? 1;

export class Proposals {
  readonly changed = new Signal();
  layers: readonly Layer[] = [];
  least = 0;
  private focusedId: string | null = null;
  private readonly rejected: Set<string>;
  private readonly taken: Map<string, string>;
  private sorted: { layers: readonly Layer[]; all: readonly Proposal[] } | null = null;
  private kept: { key: string; open: readonly Proposal[]; shown: readonly Proposal[] } | null = null;

  constructor(
    private readonly editor: Editor,
    settled: Settled = { rejected: [], taken: [] },
    private readonly remember: (settled: Settled) => void = () => {},
  ) {
    this.rejected = new Set(settled.rejected);
    this.taken = new Map(settled.taken);
  }

  /** Lay a layer over the item; one of the same id is replaced and keeps its look. */
  add(layer: Pick<Layer, 'id' | 'name' | 'kind' | 'annotations'>): void {
    const at = this.layers.findIndex(({ id }) => id === layer.id);
    const look = LOOKS[(at < 0 ? this.layers.length : at) % LOOKS.length]!;
    const before = this.layers[at] ?? { ...look, opacity: 1, shown: true };
    const made = { ...before, ...layer };
    this.layers = at < 0 ? [...this.layers, made] : this.layers.with(at, made);
    this.changed.emit();
  }

  remove(id: string): void {
    this.layers = this.layers.filter((layer) => layer.id !== id);
    this.changed.emit();
  }

  /** Change how a layer looks. */
  dress(id: string, look: Partial<Pick<Layer, 'shown' | 'opacity' | 'color'>>): void {
    this.layers = this.layers.map((layer) => (layer.id === id ? { ...layer, ...look } : layer));
    this.changed.emit();
  }

  setLeast(least: number): void {
    this.least = least;
    this.changed.emit();
  }

  /** What is neither taken over nor waved away, in the layers shown; best first. */
  open(): readonly Proposal[] {
    return this.made().open;
  }

  /** Those of them with a score that is asked for. */
  shown(): readonly Proposal[] {
    return this.made().shown;
  }

  get rejectedCount(): number {
    return this.rejected.size;
  }

  /** The one that a key would accept: the one pointed at, or the first. */
  get focused(): Proposal | null {
    const shown = this.shown();
    return shown.find(({ annotation }) => annotation.id === this.focusedId) ?? shown[0] ?? null;
  }

  focus(id: string | null): void {
    if (id === this.focusedId) return;
    this.focusedId = id;
    this.changed.emit();
  }

  /** Point at the next or the one before; gives it. */
  walk(by: 1 | -1): Proposal | null {
    const shown = this.shown();
    const at = shown.findIndex(({ annotation }) => annotation.id === this.focusedId);
    const next = at < 0 ? (by > 0 ? 0 : shown.length - 1) : (at + by + shown.length) % shown.length;
    this.focus(shown[next]?.annotation.id ?? null);
    return shown[next] ?? null;
  }

  /** Take some over as one's own; the one after them is pointed at. */
  accept(chosen: readonly Proposal[]): void {
    this.passOn(chosen);
    for (const layer of new Set(chosen.map((proposal) => proposal.layer))) {
      const own = chosen.filter((proposal) => proposal.layer === layer).map(({ annotation }) => annotation);
      if (layer.kind === 'model') acceptPredicted(this.editor, own, layer.name);
      else this.takeOver(own, layer.name);
    }
    this.changed.emit();
  }

  /** Wave some away; the one after them is pointed at. */
  reject(chosen: readonly Proposal[]): void {
    this.passOn(chosen);
    for (const { annotation } of chosen) this.rejected.add(annotation.id);
    this.keep();
  }

  /** Bring back what was waved away. */
  restore(): void {
    this.rejected.clear();
    this.keep();
  }

  /**
   * What somebody submitted is put as one's own, or in the place of what became of it here. It was no
   * prediction, so no evidence goes with it.
   */
  private takeOver(annotations: readonly Annotation[], author: string): void {
    const puts = annotations.map(({ evidence: _evidence, relations: _relations, ...said }): Annotation => {
      const own = this.editor.store.get(said.id);
      if (own) return { ...own, ...said };
      const made = this.editor.newId();
      this.taken.set(said.id, made);
      const category = this.editor.categoryOf(said.category);
      return { ...said, id: made, attributes: { ...(category && defaults(category)), ...said.attributes } };
    });
    this.editor.perform(t('Take over from {{author}}', { author }), puts.map((annotation): Edit => ({ kind: 'put', annotation })));
    this.editor.selection.select(puts.map(({ id }) => id));
    this.keep();
  }

  private keep(): void {
    this.remember({ rejected: [...this.rejected], taken: [...this.taken] });
    this.changed.emit();
  }

  private passOn(chosen: readonly Proposal[]): void {
    const gone = new Set(chosen.map(({ annotation }) => annotation.id));
    const shown = this.shown();
    const at = shown.findIndex(({ annotation }) => gone.has(annotation.id));
    const rest = [...shown.slice(at + 1), ...shown.slice(0, at).reverse()];
    this.focusedId = rest.find(({ annotation }) => !gone.has(annotation.id))?.annotation.id ?? null;
  }

  private made() {
    const key = `${this.editor.store.changed.version} ${this.changed.version}`;
    if (this.kept?.key !== key) {
      const accepted = takenIn(this.editor);
      const { store } = this.editor;
      // Work goes on from earlier work: what stands here as it was submitted is no proposal.
      const stands = (annotation: Annotation) => {
        const own = store.get(annotation.id);
        return own !== undefined && saysTheSame(own, annotation);
      };
      const isTaken = ({ annotation, layer }: Proposal) =>
        layer.kind === 'model'
          ? accepted.has(annotation.id)
          : store.get(this.taken.get(annotation.id) ?? '') !== undefined || stands(annotation);
      const open = this.all().filter((proposal) => !this.rejected.has(proposal.annotation.id) && !isTaken(proposal));
      const shown = this.least === 0 ? open : open.filter((proposal) => scoreOf(proposal) >= this.least);
      // The same answer stays the same list, so that those who paint it can tell.
      this.kept = { key, open: kept(this.kept?.open, open), shown: kept(this.kept?.shown, shown) };
    }
    return this.kept;
  }

  /** Sorted once for each change of the layers, not for each stroke of the hand. */
  private all(): readonly Proposal[] {
    if (this.sorted?.layers !== this.layers) {
      const all = this.layers.flatMap((layer) => (layer.shown ? layer.annotations.map((annotation) => ({ annotation, layer })) : []));
      all.sort((a, b) => scoreOf(b) - scoreOf(a));
      this.sorted = { layers: this.layers, all };
    }
    return this.sorted.all;
  }
}

function kept(before: readonly Proposal[] | undefined, now: readonly Proposal[]): readonly Proposal[] {
  const isSame = before?.length === now.length && now.every((proposal, index) => proposal === before[index]);
  return isSame ? before : now;
}

/** How a proposal is painted: in its category's color while there is one layer, else in the layer's. */
export function dressOf(layer: Layer, categoryColor: string, alone: boolean): { color: string; dash: readonly number[] } {
  const alpha = Math.round(Math.min(1, Math.max(0, layer.opacity)) * 255).toString(16).padStart(2, '0');
  const color = alone && layer.kind === 'model' ? categoryColor : layer.color;
  return { color: layer.opacity < 1 ? `${color}${alpha}` : color, dash: layer.dash };
}
