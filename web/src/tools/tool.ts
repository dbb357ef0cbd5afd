/**
 * A tool: a few named states and pure steps. An event comes in; the next state and commands go out.
 *
 * What a tool previews is apart from what it stores. Tools know the editor only through `Hand`.
 */
import type { Bounds } from '../geometry/bounds';
import type { ImagePoint } from '../geometry/point';
import type { Annotation, Shape } from '../wire';
import type { Preview } from '../editor/preview';
import type { SelectMode } from '../editor/selection';

/** What a tool may ask. */
export interface Hand {
  /** Screen pixels to a pixel of the item. */
  readonly zoom: number;
  readonly selected: readonly Annotation[];
  hit(at: ImagePoint): Annotation | null;
  handle(at: ImagePoint): { id: string; handle: string } | null;
  shape(id: string): Shape | null;
  inside(area: Bounds): readonly Annotation[];
}

export interface PointerInput {
  readonly at: ImagePoint;
  readonly shift: boolean;
  readonly alt: boolean;
}

export type Input =
  | ({ kind: 'pointerDown' | 'pointerMove' | 'pointerUp' | 'doubleClick' } & PointerInput)
  | { kind: 'confirm' | 'cancel' | 'back' };

export type Command =
  | { do: 'add'; shape: Shape }
  | { do: 'reshape'; shapes: ReadonlyMap<string, Shape>; title: string }
  | { do: 'select'; ids: readonly string[]; mode: SelectMode };

export interface State {
  readonly name: string;
}

export interface Turn<S extends State> {
  state: S;
  commands: Command[];
}

export function go<S extends State>(state: S, ...commands: Command[]): Turn<S> {
  return { state, commands };
}

export interface Tool<S extends State = State> {
  readonly name: string;
  readonly cursor: string;
  /** The kind of shape it draws, if it draws. */
  readonly draws?: string;
  readonly start: S;
  on(state: S, input: Input, hand: Hand): Turn<S>;
  preview(state: S, hand: Hand): Preview;
  /** The cursor at a place, where it differs from the tool's own. */
  cursorAt?(state: S, at: ImagePoint, hand: Hand): string | null;
}

/** Screen pixels that a hand may tremble without meaning to drag. */
export const TREMBLE = 4;
