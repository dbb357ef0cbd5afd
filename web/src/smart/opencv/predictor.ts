/**
 * The predictors whose work is done by OpenCV in a worker.
 *
 * The worker is started at the first prompt and serves every item after it. It says which windows of the
 * picture it has to see, and gets their pixels; the page does nothing else than read them.
 */
import type { Prompt, Proposal } from '../../editor/prompting';
import type { PictureSource, Predictor } from '../predictor';
import { broken, moving, notLoaded, notStarted, saidByWorker } from '../words';
import type { Answer, FromWorker, ToWorker } from './messages';

const MOST_ROUNDS = 6; // of windows that are asked for: more would be a mistake of ours

interface Waiting {
  resolve(answer: Answer): void;
  reject(error: Error): void;
}

/** The worker, and who waits for it. */
class Vision {
  private readonly worker = new Worker(new URL('./vision-worker.ts', import.meta.url), { type: 'module', name: 'smart tools' });
  private readonly waiting = new Map<number, Waiting>();
  private next = 0;
  isBroken = false;

  constructor() {
    this.worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      if ('gone' in data) {
        this.fail(data.gone === 'library' ? notLoaded() : broken());
        return;
      }
      this.waiting.get(data.id)?.resolve(data);
      this.waiting.delete(data.id);
    };
    this.worker.onerror = () => this.fail(notStarted());
    this.worker.onmessageerror = () => this.fail(broken());
  }

  tell(message: ToWorker, transfer: Transferable[] = []): void {
    this.worker.postMessage(message, transfer);
  }

  work(message: Omit<Extract<ToWorker, { do: 'work' }>, 'id' | 'do'>): Promise<Answer> {
    const id = this.next++;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.tell({ do: 'work', id, ...message });
    });
  }

  private fail(error: Error): void {
    this.isBroken = true;
    this.worker.terminate();
    for (const { reject } of this.waiting.values()) reject(error);
    this.waiting.clear();
  }
}

let vision: Vision | null = null;
let pictures = 0;
const numbers = new WeakMap<PictureSource, number>();

function running(): Vision {
  // A worker that broke is started anew with the next prompt.
  if (!vision || vision.isBroken) vision = new Vision();
  return vision;
}

function numberOf(picture: PictureSource): number {
  let number = numbers.get(picture);
  if (number === undefined) numbers.set(picture, (number = pictures++));
  return number;
}

class OpencvPredictor implements Predictor {
  private picture: PictureSource | null = null;
  /** How long the last answer took the worker, for measuring. */
  milliseconds = 0;

  constructor(readonly name: string) {}

  ready(picture: PictureSource): Promise<void> {
    this.picture = picture;
    running();
    return Promise.resolve();
  }

  async propose(prompt: Prompt, signal: AbortSignal): Promise<Proposal> {
    const source = this.picture!;
    const { width, height } = source;
    const picture = numberOf(source);
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const job = { prompt, item: { width, height }, sharpest: source.sharpest() };
      const answer = await running().work({ picture, name: this.name, job });
      if ('proposal' in answer) {
        this.milliseconds = answer.milliseconds;
        return answer.proposal;
      }
      if ('error' in answer) throw saidByWorker(answer.error);
      for (const window of answer.needs) {
        signal.throwIfAborted();
        const bitmap = await source.read(window);
        running().tell({ do: 'lay', picture, window, bitmap }, [bitmap]);
      }
    }
    throw moving();
  }

  close(): void {
    if (this.picture && vision && !vision.isBroken) vision.tell({ do: 'leave', picture: numberOf(this.picture) });
    this.picture = null;
  }
}

export function opencvPredictor(name: string): Predictor {
  return new OpencvPredictor(name);
}
