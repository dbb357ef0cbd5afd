/**
 * The worker of the smart tools: OpenCV runs here, apart from the page, so that the page stays fluent.
 *
 * The library makes functions out of text, which the policy of our pages forbids. The server lets this
 * file do so under a policy of its own that forbids it everything else: it has no page, no cookies, and
 * no network. The name of this file is known to the server (`api/web.py`).
 */
import { sizeOfCopy } from '../window';
import { ALGORITHMS } from './algorithms';
import { Bench, Needs } from './bench';
import { wordsOf } from './cv';
import type { FromWorker, ToWorker } from './messages';

const library = import('./library').then(({ opened }) => opened());
library.catch(() => postMessage({ gone: 'library' } satisfies FromWorker));

let picture = -1;
let bench: Bench | null = null;
/** Why pixels could not be laid on the bench; told to whoever works next. */
let unread: string | null = null;

/** The bench of a picture. The one of another picture is cleared: one item is on the desk at a time. */
async function benchOf(number: number): Promise<Bench> {
  const { cv } = await library;
  if (!bench || picture !== number) {
    bench?.clear();
    bench = new Bench(cv);
    picture = number;
  }
  return bench;
}

async function obey(message: ToWorker): Promise<void> {
  if (message.do === 'leave') {
    if (picture === message.picture) bench?.clear();
    return;
  }
  const own = await benchOf(message.picture);
  if (message.do === 'lay') {
    const { width, height } = sizeOfCopy(message.window);
    const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })!;
    context.drawImage(message.bitmap, 0, 0);
    message.bitmap.close();
    own.lay(message.window, context.getImageData(0, 0, width, height).data);
    return;
  }
  postMessage(worked(own, message));
}

function worked(own: Bench, { id, name, job }: Extract<ToWorker, { do: 'work' }>): FromWorker {
  if (unread) {
    const error = unread;
    unread = null;
    return { id, error };
  }
  own.begin();
  const start = performance.now();
  try {
    const proposal = ALGORITHMS[name]!(own, job);
    return { id, proposal, milliseconds: performance.now() - start };
  } catch (error) {
    if (error instanceof Needs) return { id, needs: error.windows };
    // The library ran out of memory or lost its way, and stays so.
    if (error instanceof WebAssembly.RuntimeError) return { gone: 'memory' };
    return { id, error: wordsOf(own.cv, error) };
  }
}

// One after the other: the library may still be on its way when the first message comes.
let before: Promise<void> = Promise.resolve();
addEventListener('message', ({ data }: MessageEvent<ToWorker>) => {
  before = before.then(() => obey(data)).catch((error: unknown) => {
    const words = error instanceof Error ? error.message : String(error);
    if (data.do === 'lay') unread = `The pixels of the picture cannot be read: ${words}`;
    if (data.do === 'work') postMessage({ id: data.id, error: words } satisfies FromWorker);
  });
});
