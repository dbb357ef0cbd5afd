/**
 * Predictors: whoever answers a prompt with a proposal. This file is their contract and their table.
 *
 * A predictor is named in the table and loaded when it is first asked. It reads the picture only through
 * `PictureSource`, a window at a time, and changes nothing: a person takes its proposal, or does not.
 * What is here runs in the browser; one that asks a server or a model enters by the same door.
 */
import type { Prompt, Proposal } from '../editor/prompting';
import type { Window } from './window';

/** The pixels of the item at hand, as its file has them: brightness and contrast of the view are left out. */
export interface PictureSource {
  readonly width: number;
  readonly height: number;
  /** Pixels that can be had now to a pixel of the item: 1, or less where a pyramid shows coarser tiles. */
  sharpest(): number;
  /** A copy of a window, in the size that `sizeOfCopy` gives. Rejects with a sentence if it cannot be read. */
  read(window: Window): Promise<ImageBitmap>;
}

export interface Predictor {
  readonly name: string;
  /** Make ready for a picture; called once before the first prompt. */
  ready(picture: PictureSource): Promise<void>;
  /** Answer a prompt. An answer that comes after `signal` is aborted is thrown away. */
  propose(prompt: Prompt, signal: AbortSignal): Promise<Proposal>;
  /** The picture is left. */
  close?(): void;
}

type Maker = () => Promise<Predictor>;

const opencv = (name: string): Maker => async () => (await import('./opencv/predictor')).opencvPredictor(name);

/** Every predictor by name. */
export const PREDICTORS: Readonly<Record<string, Maker>> = {
  wand: opencv('wand'),
  scissors: opencv('scissors'),
  superpixels: opencv('superpixels'),
  grabcut: opencv('grabcut'),
};
