/** A hand for tests: plays a tool without a browser. */
import { imagePoint } from '../src/geometry/point';
import { ToolOptions } from '../src/editor/options';
import type { Command, Hand, Input, State, Tool } from '../src/tools/tool';
import type { Annotation, Ontology, Shape } from '../src/wire';

export const BOX: Extract<Shape, { kind: 'box' }> = { kind: 'box', left: 10, top: 10, right: 50, bottom: 40 };

export const ONTOLOGY: Ontology = {
  categories: [
    {
      id: 'cell',
      name: 'Cell',
      shortcut: 'c',
      attributes: [{ id: 'size', name: 'Size', kind: 'number', default: 3 }],
    },
    { id: 'dirt', name: 'Dirt', shapes: ['box'] },
    { id: 'blurry', name: 'Blurry', shapes: ['tag'] },
  ],
};

export const annotation = (id: string, shape: Shape | null = BOX, category = 'cell'): Annotation => ({
  id,
  category,
  shape,
});

/** Plays events on a tool and gathers its commands. */
export function drive<S extends State>(tool: Tool<S>, hand: Partial<Hand> = {}) {
  let state: S = tool.start;
  const commands: Command[] = [];
  const asked: Hand = {
    zoom: 1,
    selected: [],
    category: ONTOLOGY.categories![0],
    options: new ToolOptions(),
    smart: { tolerance: 18, superpixel: 24, fillHoles: true, result: 'auto' },
    snap: () => null,
    along: () => [],
    hit: () => null,
    handle: () => null,
    shape: () => null,
    inside: () => [],
    ...hand,
  };
  const feed = (input: Input) => {
    const turn = tool.on(state, input, asked);
    state = turn.state;
    commands.push(...turn.commands);
    return driven;
  };
  const pointer = (kind: 'pointerDown' | 'pointerMove' | 'pointerUp' | 'doubleClick') => (x: number, y: number, shift = false, alt = false) =>
    feed({ kind, at: imagePoint(x, y), shift, alt });
  const driven = {
    commands,
    down: pointer('pointerDown'),
    move: pointer('pointerMove'),
    up: pointer('pointerUp'),
    double: pointer('doubleClick'),
    click: (x: number, y: number, shift = false, alt = false) => (driven.down(x, y, shift, alt), driven.up(x, y, shift, alt)),
    escape: () => feed({ kind: 'cancel' }),
    enter: () => feed({ kind: 'confirm' }),
    backspace: () => feed({ kind: 'back' }),
    skip: () => feed({ kind: 'skip' }),
    preview: () => tool.preview(state, asked),
    state: () => state,
  };
  return driven;
}
