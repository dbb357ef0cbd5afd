/** The tools of the worker, by the names of their predictors. */
import type { Algorithm } from './bench';
import { grabcut } from './grabcut';
import { scissors } from './scissors';
import { superpixels } from './superpixels';
import { wand } from './wand';

export const ALGORITHMS: Readonly<Record<string, Algorithm>> = { wand, scissors, superpixels, grabcut };
