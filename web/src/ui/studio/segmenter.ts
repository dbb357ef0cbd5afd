/** Click to segment, answered by a model of the server; see `services/segmenting.py`. */
import { api, ProblemError } from '../../api';
import type { Prompt, PromptPoint } from '../../editor/prompting';
import { t } from '../../language/language';
import type { Predictor } from '../../smart/predictor';
import type { Shape } from '../../wire';

interface Readiness {
  model: string | null;
  ready: boolean;
  problem: string | null;
}

interface Segmented {
  mask: Extract<Shape, { kind: 'mask' }> | null;
  score: number;
  answer: string;
  model: string;
}

const AGAIN = 60_000; // milliseconds after which a server without a model is asked again

let nobodyUntil = 0;

/** Let the server look at an item before somebody clicks on it. Whether it can is nobody's trouble yet. */
export function prepareToSegment(item: string): void {
  if (Date.now() < nobodyUntil) return;
  api.post<Readiness>(`/items/${item}/segment/prepare`).then(
    ({ model }) => {
      if (model === null) nobodyUntil = Date.now() + AGAIN;
    },
    () => undefined,
  );
}

const isSame = (a: PromptPoint, b: PromptPoint) => a.x === b.x && a.y === b.y && a.positive === b.positive;

/** Whether a prompt goes on from another: the same box, and its points are the first of the new ones. */
export function goesOn(before: Prompt, now: Prompt): boolean {
  const [old, next] = [before.points ?? [], now.points ?? []];
  const sameBox = JSON.stringify(before.box ?? null) === JSON.stringify(now.box ?? null);
  return sameBox && old.length < next.length && old.every((point, i) => isSame(point, next[i]!));
}

/** Answers the prompts of one item. */
export function segmenterOf(item: string): () => Promise<Predictor> {
  let last: { prompt: Prompt; answer: string } | null = null;
  return async () => ({
    name: 'segment',
    ready: async () => {
      const { model, problem } = await told(() => api.post<Readiness>(`/items/${item}/segment/prepare`));
      if (model === null) throw new Error(t('No model that segments by clicks is installed. A manager adds one on the page Models.'));
      if (problem) throw new Error(problem);
    },
    propose: async (prompt) => {
      const points = (prompt.points ?? []).map(({ x, y, positive }) => [x, y, positive]);
      const { left, top, right, bottom } = prompt.box ?? { left: 0, top: 0, right: 0, bottom: 0 };
      const previous = last && goesOn(last.prompt, prompt) ? last.answer : null;
      const found = await told(() =>
        api.post<Segmented>(`/items/${item}/segment`, { points, box: prompt.box ? [left, top, right, bottom] : null, previous }),
      );
      last = { prompt, answer: found.answer };
      return { predictor: 'segment', shape: found.mask, score: found.score, model: found.model };
    },
  });
}

/** The words of a refusal with what to do about it. */
async function told<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof ProblemError && error.remedy) throw new Error(`${error.message} ${error.remedy}`, { cause: error });
    throw error;
  }
}
