/** Answers the prompts of one item: finds the predictor, makes it ready once, and hands the prompt on. */
import type { Answer } from '../editor/prompting';
import { type PictureSource, type Predictor, PREDICTORS } from './predictor';
import { notLoaded } from './words';

export interface Answering {
  readonly answer: Answer;
  /** Make the predictor of a tool ready before it is asked. */
  readonly warm: (name: string) => void;
  close(): void;
}

export function answering(picture: Promise<PictureSource>, table = PREDICTORS): Answering {
  const made = new Map<string, Promise<Predictor>>();
  picture.catch(() => undefined); // told to whoever asks

  const prepared = async (name: string): Promise<Predictor> => {
    const make = Object.hasOwn(table, name) ? table[name] : undefined;
    if (!make) throw new Error(`No predictor is called “${name}”. There are: ${Object.keys(table).join(', ')}.`);
    const loaded = make().catch(() => {
      throw notLoaded();
    });
    const [predictor, source] = await Promise.all([loaded, picture]);
    await predictor.ready(source);
    return predictor;
  };

  const ready = (name: string): Promise<Predictor> => {
    let predictor = made.get(name);
    if (!predictor) {
      predictor = prepared(name);
      made.set(name, predictor);
      // What failed once is tried again with the next prompt.
      predictor.catch(() => made.delete(name));
    }
    return predictor;
  };
  const answer: Answer = async (prompt, signal) => (await ready(prompt.predictor)).propose(prompt, signal);
  const warm = (name: string) => void ready(name).catch(() => undefined);

  const close = () => {
    for (const predictor of made.values()) void predictor.then((one) => one.close?.()).catch(() => undefined);
    made.clear();
  };
  return { answer, warm, close };
}
