import { describe, expect, test } from 'vitest';

import { type Named, type Sending, UploadQueue } from './upload-queue';

const files = (count: number): Named[] => Array.from({ length: count }, (_, at) => ({ name: `${at}.jpg`, size: 10 }));
const noPause = () => Promise.resolve();

function queueOf(send: (file: Named, sending: Sending) => Promise<void>, isPassing = () => true) {
  return new UploadQueue<Named>({ send, isPassing, pause: noPause });
}

describe('an upload', () => {
  test('sends every file, never more than three at once', async () => {
    let now = 0;
    let most = 0;
    const sent: string[] = [];
    const queue = queueOf(async ({ name }) => {
      now += 1;
      most = Math.max(most, now);
      await Promise.resolve();
      sent.push(name);
      now -= 1;
    });
    queue.add(files(20));
    await queue.finished();

    expect(most).toBe(3);
    expect(sent.sort()).toEqual(files(20).map(({ name }) => name).sort());
    expect(queue.sum()).toMatchObject({ sentFiles: 20, failed: 0, sentBytes: 200, isRunning: false });
  });

  test('tries again what a bad line broke', async () => {
    const tries = new Map<string, number>();
    const queue = queueOf(({ name }) => {
      const now = (tries.get(name) ?? 0) + 1;
      tries.set(name, now);
      return now < 3 ? Promise.reject(new Error('line')) : Promise.resolve();
    });
    queue.add(files(2));
    await queue.finished();

    expect([...tries.values()]).toEqual([3, 3]);
    expect(queue.sum()).toMatchObject({ sentFiles: 2, failed: 0 });
  });

  test('a refused file is tried once, and the others go on', async () => {
    let asked = 0;
    const queue = queueOf(
      ({ name }) => {
        if (name !== '1.jpg') return Promise.resolve();
        asked += 1;
        return Promise.reject(new Error('refused'));
      },
      () => false,
    );
    queue.add(files(4));
    await queue.finished();

    expect(asked).toBe(1);
    expect(queue.sum()).toMatchObject({ sentFiles: 3, failed: 1, sentBytes: 30 });
    expect(queue.entries[1]).toMatchObject({ state: 'failed' });
  });

  test('what failed can be tried again by hand', async () => {
    let isDown = true;
    const queue = queueOf(() => (isDown ? Promise.reject(new Error('down')) : Promise.resolve()), () => false);
    queue.add(files(5));
    await queue.finished();
    const before = queue.sum().failed;
    isDown = false;
    queue.retry();
    await queue.finished();

    expect(before).toBe(5);
    expect(queue.sum()).toMatchObject({ sentFiles: 5, failed: 0 });
  });

  test('progress never counts more than there is', async () => {
    let seen = 0;
    const queue = queueOf((_, { onProgress }) => {
      onProgress(25);
      seen = queue.sum().sentBytes;
      return Promise.resolve();
    });
    queue.add(files(1));
    await queue.finished();

    expect(seen).toBe(10);
  });

  test('stopping starts nothing more', async () => {
    let asked = 0;
    const queue = queueOf(async () => {
      asked += 1;
      await Promise.resolve();
    });
    queue.add(files(50));
    queue.stop();
    await queue.finished();

    expect(asked).toBe(3);
  });
});
