/** The hand at work: the tool in use and its state, fed with input, acting on the editor. */
import { addShape, reshape } from '../editor/changes';
import type { Editor } from '../editor/editor';
import type { Preview } from '../editor/preview';
import { Signal } from '../editor/signal';
import { encloses } from '../geometry/bounds';
import { distance, type ImagePoint } from '../geometry/point';
import { boundsOfShape, handlesOf } from '../geometry/shapes';
import { boxTool } from './box';
import { panTool } from './pan';
import { polygonTool } from './polygon';
import { selectTool } from './select';
import type { Command, Hand, Input, State, Tool } from './tool';

/** Every tool, by name. */
export const TOOLS: Readonly<Record<string, Tool>> = Object.fromEntries(
  [selectTool, boxTool, polygonTool, panTool].map((tool) => [tool.name, tool as unknown as Tool]),
);

const HANDLE_REACH = 8; // screen pixels
const EDGE_REACH = 5;

export class HandAtWork {
  readonly changed = new Signal();
  private tool: Tool = TOOLS.select!;
  private state: State = this.tool.start;
  private before = new Set<string>();

  constructor(private readonly editor: Editor) {
    editor.categoryChanged.subscribe(() => this.suitCategory());
  }

  get current(): Tool {
    return this.tool;
  }

  get isBusy(): boolean {
    return this.state.name !== this.tool.start.name;
  }

  use(name: string): void {
    const tool = TOOLS[name];
    if (!tool || (tool.draws && !this.editor.mayDraw(tool.draws) && !this.anyDraws(tool.draws))) return;
    this.settle(tool, tool.start);
  }

  /** Feed an event; what it leads to is done at once. */
  feed(input: Input): void {
    if (this.editor.readOnly && this.tool.draws) return;
    const { state, commands } = this.tool.on(this.state, input, this.hand());
    this.settle(this.tool, state);
    commands.forEach((command) => this.obey(command));
  }

  preview(): Preview {
    return this.tool.preview(this.state, this.hand());
  }

  cursor(at: ImagePoint | null): string {
    return (at && this.tool.cursorAt?.(this.state, at, this.hand())) || this.tool.cursor;
  }

  /** A category that is not marked as what the tool draws brings the tool that does. */
  private suitCategory(): void {
    const { draws } = this.tool;
    if (!draws || this.editor.mayDraw(draws)) return;
    const tool = Object.values(TOOLS).find((entry) => entry.draws && this.editor.mayDraw(entry.draws));
    const next = tool ?? TOOLS.select!;
    this.settle(next, next.start);
  }

  private anyDraws(kind: string): boolean {
    // The first category that may be marked so becomes the current one.
    const found = (this.editor.ontology.categories ?? []).find((c) => (c.shapes ?? ['box', 'polygon']).includes(kind));
    if (found) this.editor.setCategory(found.id);
    return found !== undefined;
  }

  private settle(tool: Tool, state: State): void {
    this.tool = tool;
    this.state = state;
    this.markMoving();
    this.changed.emit();
  }

  /** What is on the move leaves the still picture, and comes back when it rests. */
  private markMoving(): void {
    const now = new Set(this.preview().moving?.keys() ?? []);
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
    switch (command.do) {
      case 'add':
        if (this.editor.mayDraw(command.shape.kind)) addShape(this.editor, command.shape);
        return;
      case 'reshape':
        reshape(this.editor, command.shapes, command.title);
        return;
      case 'select':
        this.editor.selection.select(command.ids, command.mode);
    }
  }

  private hand(): Hand {
    const { editor } = this;
    const zoom = editor.viewport.scale;
    return {
      zoom,
      selected: editor.selected().filter((annotation) => editor.mayTouch(annotation)),
      hit: (at) => editor.store.at(at, EDGE_REACH / zoom, (a) => editor.view.shows(a) && !editor.view.locked.has(a.id)),
      handle: (at) => this.handleAt(at),
      shape: (id) => editor.store.get(id)?.shape ?? null,
      inside: (area) =>
        editor.store
          .inside(area)
          .filter((a) => editor.view.shows(a) && a.shape && encloses(area, boundsOfShape(a.shape))),
    };
  }

  private handleAt(at: ImagePoint): { id: string; handle: string } | null {
    const id = this.editor.selection.only;
    const annotation = id ? this.editor.store.get(id) : undefined;
    if (!annotation?.shape || !this.editor.mayTouch(annotation)) return null;
    const reach = HANDLE_REACH / this.editor.viewport.scale;
    let best: { name: string; away: number } | null = null;
    for (const handle of handlesOf(annotation.shape)) {
      // A vertex beats the middle of a side where both are in reach.
      const away = distance(handle.at, at) * (handle.insert ? 1.5 : 1);
      if (away <= reach && (!best || away < best.away)) best = { name: handle.name, away };
    }
    return best ? { id: annotation.id, handle: best.name } : null;
  }
}
