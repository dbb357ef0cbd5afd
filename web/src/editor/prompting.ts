/**
 * The door through which smart and learned tools come: a prompt goes in, a proposal comes out.
 *
 * A tool asks with a prompt, which is data; whoever answers it (`answer`, see the room `smart`) is given
 * by the desk. One prompt is on its way at a time. While it is, the latest of those that follow waits and
 * the ones between are never asked, so that a proposal keeps up with the pointer and never runs behind.
 * What is proposed is only shown; it becomes an annotation when a person takes it.
 */
import type { Bounds } from '../geometry/bounds';
import type { ImagePoint } from '../geometry/point';
import type { Shape } from '../wire';
import { Signal } from './signal';
import type { Viewport } from './viewport';

/** A place that belongs to the object, or does not. */
export interface PromptPoint {
  readonly x: number;
  readonly y: number;
  readonly positive: boolean;
  /** How unlike the color may be, where the point has its own say. */
  readonly tolerance?: number;
}

/** A line over what belongs to the object, or does not; radius and cell in image points. */
export interface Hint {
  readonly points: readonly ImagePoint[];
  readonly positive: boolean;
  readonly radius: number;
}

/** What is seen of the item while asking. */
export interface Seen {
  readonly area: Bounds;
  /** Screen pixels to a pixel of the item. */
  readonly zoom: number;
}

export interface Prompt {
  /** Who is to answer: a name of the table of predictors. */
  readonly predictor: string;
  readonly points?: readonly PromptPoint[];
  readonly box?: Bounds;
  readonly strokes?: readonly Hint[];
  /** The places that an outline goes through. */
  readonly path?: readonly ImagePoint[];
  /** Where the pointer is, for proposals that follow it. */
  readonly pointer?: ImagePoint | null;
  readonly closed?: boolean;
  readonly options?: Readonly<Record<string, number | string | boolean>>;
  /** What was proposed before, for predictors that improve on it. */
  readonly previous?: Extract<Shape, { kind: 'mask' }> | null;
  readonly seen?: Seen;
}

export interface Proposal {
  readonly predictor: string;
  /** What would be taken; null for nothing. */
  readonly shape: Shape | null;
  /** What a click at the pointer would add or take away. */
  readonly hover?: Shape | null;
  readonly score?: number;
  /** Which model it is from, as its evidence will say; none where the hand's own arithmetic found it. */
  readonly model?: string;
  /** Item pixels to a pixel of the copy that it was found on; 1 where it is as fine as the item. */
  readonly grain?: number;
  /** How sure the hand can be of it: how coarsely it was made, what was left out. */
  readonly note?: string | undefined;
}

/** How the smart tools are set; it stays from shape to shape. */
export interface SmartSettings {
  /** How unlike a color may be to count as the same: 0 to 100. */
  readonly tolerance: number;
  /** The side of a superpixel, in screen pixels. */
  readonly superpixel: number;
  /** Whether holes inside a region are filled. */
  readonly fillHoles: boolean;
  /** What a proposal becomes; `auto` is the first that the category allows. */
  readonly result: Result;
}

export type Result = 'auto' | 'mask' | 'polygon';

export const LIMITS = { tolerance: [0, 100], superpixel: [8, 96] } as const;
const RATIO = 1.25; // of one step of a setting

export type Answer = (prompt: Prompt, signal: AbortSignal) => Promise<Proposal>;

interface Flight {
  readonly prompt: Prompt;
  readonly controller: AbortController;
}

const nobody: Answer = () => Promise.reject(new Error('Nothing here can answer a smart tool.'));

export class Prompting {
  readonly changed = new Signal();
  settings: SmartSettings = { tolerance: 18, superpixel: 24, fillHoles: false, result: 'auto' };
  /** The last prompt, as far as it is not dropped or taken. */
  prompt: Prompt | null = null;
  current: Proposal | null = null;
  error: string | null = null;
  /** What the last one that was taken became, in words. */
  told: string | null = null;
  answer: Answer = nobody;
  /** Called when a tool is chosen, so that who answers it is ready by the first click. */
  onChosen: (tool: string) => void = () => {};
  private flight: Flight | null = null;
  private waiting: Prompt | null = null;
  /** Who waits to take the answer to the last prompt. */
  private taker: ((proposal: Proposal | null) => void) | null = null;
  /** Asked after a taking that still waits for its answer. */
  private after: Prompt | null = null;

  constructor(private readonly viewport: Viewport) {}

  /** Whether an answer is awaited. */
  get busy(): boolean {
    return this.flight !== null;
  }

  /** Ask; an earlier prompt that still waits is forgotten. */
  ask(prompt: Prompt): void {
    if (this.taker) {
      this.after = prompt;
      return;
    }
    this.prompt = prompt;
    if (this.flight && this.flight.prompt.predictor !== prompt.predictor) this.abandon();
    if (this.flight) this.waiting = prompt;
    else this.start(prompt);
    this.changed.emit();
  }

  /** Forget the proposal, and what is asked. */
  drop(): void {
    this.after = null;
    // What was taken already arrives all the same.
    if (this.taker) return;
    this.abandon();
    if (!this.prompt && !this.current && !this.error) return;
    this.clear();
    this.error = null;
    this.changed.emit();
  }

  /** Change how the tools are set; what is proposed is asked for anew. */
  tune(settings: Partial<SmartSettings>): void {
    const next = { ...this.settings, ...settings };
    const within = (value: number, [least, most]: readonly [number, number]) => Math.min(most, Math.max(least, value));
    const { tolerance, superpixel } = next;
    this.settings = { ...next, tolerance: within(tolerance, LIMITS.tolerance), superpixel: within(superpixel, LIMITS.superpixel) };
    if (this.prompt && !this.taker) this.ask(this.prompt);
    this.changed.emit();
  }

  /** A step more or less of what a tool is set by. */
  step(name: 'tolerance' | 'superpixel', direction: 1 | -1): void {
    const value = this.settings[name];
    const next = direction > 0 ? Math.ceil(value * RATIO + 0.5) : Math.floor(value / RATIO - 0.5);
    this.tune({ [name]: next });
  }

  /** Take what is proposed, or what will be once the last prompt is answered; null if that is nothing. */
  take(): Promise<Proposal | null> {
    if (this.taker) return Promise.resolve(null);
    if (!this.flight) {
      const taken = this.current;
      this.clear();
      this.changed.emit();
      return Promise.resolve(taken);
    }
    return new Promise((resolve) => (this.taker = resolve));
  }

  /** Say what became of a proposal that was taken. */
  tell(words: string): void {
    this.told = words;
    this.changed.emit();
  }

  private start(prompt: Prompt): void {
    const flight: Flight = { prompt, controller: new AbortController() };
    this.flight = flight;
    this.told = null;
    const { area, zoom } = { area: this.viewport.seen(), zoom: this.viewport.scale };
    const { tolerance, superpixel, fillHoles } = this.settings;
    const complete: Prompt = { ...prompt, options: { tolerance, superpixel, fillHoles, ...prompt.options }, seen: { area, zoom } };
    this.answer(complete, flight.controller.signal).then(
      (proposal) => this.land(flight, proposal, null),
      (error: unknown) => this.land(flight, null, error instanceof Error ? error.message : String(error)),
    );
  }

  private land(flight: Flight, proposal: Proposal | null, error: string | null): void {
    if (this.flight !== flight) return; // given up meanwhile
    this.flight = null;
    this.current = proposal;
    this.error = error;
    const next = this.waiting;
    this.waiting = null;
    if (next) this.start(next);
    else if (this.taker) this.hand(this.taker);
    this.changed.emit();
  }

  private hand(taker: (proposal: Proposal | null) => void): void {
    this.taker = null;
    const [taken, next] = [this.current, this.after];
    this.after = null;
    this.clear();
    taker(taken);
    if (next) this.ask(next);
  }

  private abandon(): void {
    this.flight?.controller.abort();
    this.flight = null;
    this.waiting = null;
  }

  private clear(): void {
    this.prompt = null;
    this.current = null;
  }
}
