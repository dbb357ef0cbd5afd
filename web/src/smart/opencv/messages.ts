/** What the page and the worker of the smart tools tell one another. */
import type { Proposal } from '../../editor/prompting';
import type { Window } from '../window';
import type { Job } from './bench';

export type ToWorker =
  /** Pixels of the picture with a number. */
  | { do: 'lay'; picture: number; window: Window; bitmap: ImageBitmap }
  | { do: 'work'; id: number; picture: number; name: string; job: Job }
  | { do: 'leave'; picture: number };

export type Answer =
  | { id: number; proposal: Proposal; milliseconds: number }
  /** It must see these windows first; then it is to be asked again. */
  | { id: number; needs: readonly Window[] }
  | { id: number; error: string };

/** The library did not come, or broke: the worker is of no use any more. */
export type FromWorker = Answer | { gone: 'library' | 'memory' };
