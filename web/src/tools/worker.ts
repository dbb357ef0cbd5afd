/** The hand at work: the tool in use and its state, fed with input, acting on the editor. */
import { addShape, reshape } from '../editor/changes';
import type { Editor } from '../editor/editor';
import { fill, lasso, paint } from '../editor/painting';
import { Prompting } from '../editor/prompting';
import { takeProposal } from '../editor/taking';
import type { Preview } from '../editor/preview';
import { combineWith, cut, relate } from '../editor/shaping';
import { Signal } from '../editor/signal';
import { cornersAlong, snapTo } from '../editor/snapping';
import { encloses } from '../geometry/bounds';
import { distance, type ImagePoint } from '../geometry/point';
import { boundsOfShape, handlesOf } from '../geometry/shapes';
import { shapesOf } from '../model/ontology';
import { TOOLS } from './table';
import type { Command, Hand, Input, State, Tool } from './tool';

export { TOOLS } from './table';

const HANDLE_REACH = 8; // screen pixels
const EDGE_REACH = 5;
const SNAP_REACH = 8;

/** A tool in the middle of something, as plain data. */
export interface Unfinished {
  tool: string;
  state: State;
  category: string | null;
}

export class HandAtWork {
  /** Emitted with every event that is fed: the painter wants to know. */
  readonly changed = new Signal();
  /** Emitted when another tool is used, or a shape is begun or ended: panels need no more. */
  readonly turned = new Signal();
  readonly prompting: Prompting;
  private tool: Tool = TOOLS.select!;
  private state: State = this.tool.start;
  private before = new Set<string>();
  private lastDrawn: { tool: string; category: string } | null = null;

  constructor(private readonly editor: Editor) {
    editor.categoryChanged.subscribe(() => this.suitCategory());
    editor.options.changed.subscribe(() => this.changed.emit());
    this.prompting = new Prompting(editor.viewport);
    this.prompting.changed.subscribe(() => this.changed.emit());
  }

  get current(): Tool {
    return this.tool;
  }

  get isBusy(): boolean {
    return this.state.name !== this.tool.start.name;
  }

  /** What is half drawn, to be taken up again later; null if nothing is. */
  get unfinished(): Unfinished | null {
    return this.isBusy && this.tool.draws && !this.tool.smart
      ? { tool: this.tool.name, state: this.state, category: this.editor.category?.id ?? null }
      : null;
  }

  /** Take a half-drawn shape up again. */
  resume({ tool: name, state, category }: Unfinished): void {
    const tool = TOOLS[name];
    if (!tool || this.editor.readOnly) return;
    if (category) this.editor.setCategory(category);
    this.settle(tool, state);
  }

  /** Whether a tool can be used: its kind of shape is known to the ontology, and it may be drawn. */
  can(name: string): boolean {
    const tool = TOOLS[name];
    if (!tool || ((tool.draws || tool.edits) && this.editor.readOnly)) return false;
    return this.isKnown(tool);
  }

  /** Whether the ontology knows what a tool makes or changes. */
  private isKnown(tool: Tool): boolean {
    if (tool.draws) return kindsOf(tool).some((kind) => this.categoryFor(kind));
    if (tool.name === 'relate') return (this.editor.ontology.relations ?? []).length > 0;
    return tool.changes?.some((kind) => this.categoryFor(kind) !== undefined) ?? true;
  }

  use(name: string): void {
    const tool = TOOLS[name];
    if (!tool || !this.can(name)) return;
    // The first category that may be marked so becomes the current one.
    const kinds = kindsOf(tool);
    const suited = kinds.length === 0 || kinds.some((kind) => this.editor.mayDraw(kind));
    if (!suited) this.editor.setCategory(kinds.map((kind) => this.categoryFor(kind)).find((found) => found)!.id);
    this.settle(tool, tool.start);
  }

  /** Draw what was drawn last once more: the same tool, the same category. */
  again(): void {
    if (!this.lastDrawn) return;
    this.editor.setCategory(this.lastDrawn.category);
    this.use(this.lastDrawn.tool);
  }

  /** Feed an event; what it leads to is done at once. */
  feed(input: Input): void {
    if (this.editor.readOnly && (this.tool.draws || this.tool.edits)) return;
    const { state, commands } = this.tool.on(this.state, input, this.hand());
    this.settle(this.tool, state);
    commands.forEach((command) => this.obey(command));
  }

  preview(): Preview {
    const preview = this.tool.preview(this.state, this.hand());
    return this.tool.smart ? { ...preview, smart: this.prompting } : preview;
  }

  cursor(at: ImagePoint | null): string {
    return (at && this.tool.cursorAt?.(this.state, at, this.hand())) || this.tool.cursor;
  }

  /** A category that is not marked as what the tool draws brings the tool that does. */
  private suitCategory(): void {
    const kinds = kindsOf(this.tool);
    if (kinds.length === 0 || kinds.some((kind) => this.editor.mayDraw(kind))) return;
    const tool = Object.values(TOOLS).find((entry) => entry.draws && this.editor.mayDraw(entry.draws));
    const next = tool ?? TOOLS.select!;
    this.settle(next, next.start);
  }

  private categoryFor(kind: string) {
    const { category, ontology } = this.editor;
    if (category && shapesOf(category).includes(kind)) return category;
    return (ontology.categories ?? []).find((entry) => shapesOf(entry).includes(kind));
  }

  private settle(tool: Tool, state: State): void {
    if (tool !== this.tool) this.prompting.drop();
    if (tool !== this.tool && tool.smart) this.prompting.onChosen(tool.name);
    const isTurn = tool !== this.tool || state.name !== this.state.name;
    this.tool = tool;
    this.state = state;
    this.markMoving();
    this.changed.emit();
    if (isTurn) this.turned.emit();
  }

  /** What is on the move leaves the still picture, and comes back when it rests. */
  private markMoving(): void {
    const preview = this.preview();
    const now = new Set(preview.moving?.keys() ?? []);
    // A mask under the brush is painted live.
    if (preview.stroke?.target) now.add(preview.stroke.target);
    const differs = now.size !== this.before.size || [...now].some((id) => !this.before.has(id));
    if (!differs) return;
    for (const id of new Set([...now, ...this.before])) {
      const shape = this.editor.store.get(id)?.shape;
      if (shape) this.editor.stale.push(boundsOfShape(shape));
    }
    this.before = now;
    this.editor.painted.emit();
  }

  private obey(command: Command): void {
    const { editor } = this;
    switch (command.do) {
      case 'add':
        if (!editor.mayDraw(command.shape.kind)) return;
        this.remember();
        addShape(editor, command.shape);
        return;
      case 'reshape':
        reshape(editor, command.shapes, command.title);
        return;
      case 'select':
        editor.selection.select(command.ids, command.mode);
        return;
      case 'paint':
        this.remember();
        paint(editor, command.stroke);
        return;
      case 'lasso':
        this.remember();
        lasso(editor, command.ring, command.erase, this.onlyMask());
        return;
      case 'fill':
        fill(editor, command.at);
        return;
      case 'combine':
        combineWith(editor, command.how, command.ring);
        return;
      case 'cut':
        cut(editor, command.line);
        return;
      case 'relate':
        relate(editor, command.from, command.to);
        return;
      case 'ask':
        this.prompting.ask(command.prompt);
        return;
      case 'take':
        this.remember();
        void this.prompting.take().then((proposal) => proposal && takeProposal(editor, this.prompting, proposal));
        return;
      case 'drop':
        this.prompting.drop();
        return;
      case 'tune':
        this.prompting.tune(command.settings);
    }
  }

  private remember(): void {
    const { category } = this.editor;
    if (category && this.tool.draws) this.lastDrawn = { tool: this.tool.name, category: category.id };
  }

  private onlyMask(): string | null {
    const [only, ...more] = this.editor.selected();
    return only?.shape?.kind === 'mask' && more.length === 0 ? only.id : null;
  }

  private hand(): Hand {
    const { editor } = this;
    const zoom = editor.viewport.scale;
    return {
      zoom,
      selected: editor.selected().filter((annotation) => editor.mayTouch(annotation)),
      category: editor.category,
      options: editor.options,
      smart: this.prompting.settings,
      hit: (at) => editor.store.at(at, EDGE_REACH / zoom, (a) => editor.view.shows(a) && !editor.view.locked.has(a.id)),
      handle: (at) => this.handleAt(at),
      shape: (id) => editor.store.get(id)?.shape ?? null,
      inside: (area) =>
        editor.store
          .inside(area)
          .filter((a) => editor.view.shows(a) && a.shape && encloses(area, boundsOfShape(a.shape))),
      snap: (at, except) => (editor.options.snap ? snapTo(editor, at, SNAP_REACH / zoom, except ?? null) : null),
      along: (from, to) => cornersAlong(editor, from, to),
    };
  }

  private handleAt(at: ImagePoint): { id: string; handle: string } | null {
    const id = this.editor.selection.only;
    const annotation = id ? this.editor.store.get(id) : undefined;
    if (!annotation?.shape || !this.editor.mayTouch(annotation)) return null;
    const { scale } = this.editor.viewport;
    const reach = HANDLE_REACH / scale;
    let best: { name: string; away: number } | null = null;
    for (const handle of handlesOf(annotation.shape, scale)) {
      // A vertex beats the middle of a side where both are in reach.
      const away = distance(handle.at, at) * (handle.insert ? 1.5 : 1);
      if (away <= reach && (!best || away < best.away)) best = { name: handle.name, away };
    }
    return best ? { id: annotation.id, handle: best.name } : null;
  }
}

const kindsOf = (tool: Tool) => (tool.draws ? [tool.draws, ...(tool.orDraws ?? [])] : []);
