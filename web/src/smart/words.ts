/** What goes wrong with a smart tool, in the reader's language. */
import { phrase, t } from '../language/language';

const NOT_LOADED = phrase(
  'The smart tool could not be loaded. If the server was updated meanwhile, reload the page: your work is saved.',
);
const NOT_STARTED = phrase('The smart tools could not be started in this browser. The other tools work as ever.');
const BROKEN = phrase('The smart tool failed and is started anew: try again, on a smaller part if it fails again.');
const MOVING = phrase('The picture changes faster than it can be looked at. Wait until it stands still.');

/** Said by the worker in English; it has no catalogue. */
const OUTSIDE = phrase('The box lies outside the picture.');
const TOO_SMALL = phrase('The box is too small to find anything in it.');

export const notLoaded = (): Error => new Error(t(NOT_LOADED));
export const notStarted = (): Error => new Error(t(NOT_STARTED));
export const broken = (): Error => new Error(t(BROKEN));
export const moving = (): Error => new Error(t(MOVING));

/** What the worker said; words that no catalogue has stay as they are. */
export function saidByWorker(words: string): Error {
  const known = [OUTSIDE, TOO_SMALL].find((sentence) => sentence === words);
  return new Error(known ? t(known) : words);
}
