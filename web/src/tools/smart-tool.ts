/** What the tools that ask for proposals share. */
import type { Prompt } from '../editor/prompting';
import type { Shape } from '../wire';
import type { Command } from './tool';

/** They make areas: whichever kind the category allows, best first. */
export const AREAS: { draws: Shape['kind']; orDraws: readonly Shape['kind'][]; smart: true } = {
  draws: 'mask',
  orDraws: ['polygon', 'box', 'rotated_box', 'ellipse'],
  smart: true,
};

export const asks = (prompt: Prompt): Command => ({ do: 'ask', prompt });
