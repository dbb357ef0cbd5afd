/**
 * A tool: a few named states and pure steps. An event comes in; the next state and commands go out.
 *
 * What a tool previews is apart from what it stores. Tools know the editor only through `Hand`, and
 * their states are plain data, so that a half-drawn shape can be kept and taken up again.
 */
import type { Combining } from '../geometry/areas';
import type { Bounds } from '../geometry/bounds';
import type { ImagePoint } from '../geometry/point';
import type { Annotation, Category, Shape } from '../wire';
import type { Options } from '../editor/options';
import type { Preview, Stroke } from '../editor/preview';
import type { Prompt, SmartSettings } from '../editor/prompting';
import type { SelectMode } from '../editor/selection';
import type { Snap } from '../editor/snapping';

/** What a tool may ask. */
export interface Hand {
  /** Screen pixels to a pixel of the item. */
  readonly zoom: number;
  readonly selected: readonly Annotation[];
  readonly category: Category | undefined;
  readonly options: Options;
  /** How the tools that ask for proposals are set. */
  readonly smart: SmartSettings;
  hit(at: ImagePoint): Annotation | null;
  handle(at: ImagePoint): { id: string; handle: string } | null;
  shape(id: string): Shape | null;
  inside(area: Bounds): readonly Annotation[];
  /** The nearest place of a neighbour's outline in reach, if snapping is on. */
  snap(at: ImagePoint, except?: string): Snap | null;
  /** The corners between two places of one outline, the shorter way, both ends left out. */
  along(from: Snap, to: Snap): readonly ImagePoint[];
}

export interface PointerInput {
  readonly at: ImagePoint;
  readonly shift: boolean;
  readonly alt: boolean;
  /** How hard a pen presses, from 0 to 1; 0.5 for a mouse. */
  readonly pressure?: number;
}

export type Input =
  | ({ kind: 'pointerDown' | 'pointerMove' | 'pointerUp' | 'doubleClick' } & PointerInput)
  | { kind: 'confirm' | 'cancel' | 'back' | 'skip' };

export type Command =
  | { do: 'add'; shape: Shape }
  | { do: 'reshape'; shapes: ReadonlyMap<string, Shape>; title: string }
  | { do: 'select'; ids: readonly string[]; mode: SelectMode }
  | { do: 'paint'; stroke: Stroke }
  | { do: 'lasso'; ring: readonly ImagePoint[]; erase: boolean }
  | { do: 'fill'; at: ImagePoint }
  | { do: 'combine'; how: Combining; ring: readonly ImagePoint[] }
  | { do: 'cut'; line: readonly ImagePoint[] }
  | { do: 'relate'; from: string; to: string }
  /** Ask for a proposal; take what is proposed, or drop it; set the tools that ask. */
  | { do: 'ask'; prompt: Prompt }
  | { do: 'take' | 'drop' }
  | { do: 'tune'; settings: Partial<SmartSettings> };

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
  readonly draws?: Shape['kind'];
  /** Other kinds that its result can become, best first. */
  readonly orDraws?: readonly Shape['kind'][];
  /** Whether it asks for proposals. */
  readonly smart?: boolean;
  /** Whether it changes annotations without drawing one: it rests where nothing may be changed. */
  readonly edits?: boolean;
  /** The kinds of shapes it changes; it is of no use where an ontology has none of them. */
  readonly changes?: readonly Shape['kind'][];
  readonly start: S;
  on(state: S, input: Input, hand: Hand): Turn<S>;
  preview(state: S, hand: Hand): Preview;
  /** The cursor at a place, where it differs from the tool's own. */
  cursorAt?(state: S, at: ImagePoint, hand: Hand): string | null;
}

/** Screen pixels that a hand may tremble without meaning to drag. */
export const TREMBLE = 4;
/** Screen pixels below which a shape was a slip of the hand. */
export const SLIP = 3;
