import { describe, expect, test } from 'vitest';

import { type Prompt, Prompting, type Proposal } from '../src/editor/prompting';
import { resultOf } from '../src/editor/taking';
import { Viewport } from '../src/editor/viewport';
import { BOX } from './support';

interface Asked {
  prompt: Prompt;
  signal: AbortSignal;
  answer(proposal: Proposal): Promise<void>;
  fail(words: string): Promise<void>;
}

/** Prompting whose prompts are answered by the test, when it says so. */
function answered() {
  const prompting = new Prompting(new Viewport(100, 80));
  const asked: Asked[] = [];
  const settle = () => new Promise<void>((resolve) => setTimeout(resolve));
  prompting.answer = (prompt, signal) =>
    new Promise((resolve, reject) => {
      asked.push({
        prompt,
        signal,
        answer: (proposal) => (resolve(proposal), settle()),
        fail: (words) => (reject(new Error(words)), settle()),
      });
    });
  return { prompting, asked };
}

const at = (x: number): Prompt => ({ predictor: 'wand', points: [{ x, y: 5, positive: true }] });
const proposal = (score: number): Proposal => ({ predictor: 'wand', shape: BOX, score });

describe('asking', () => {
  test('of the prompts that come while one is answered only the latest is asked', async () => {
    const { prompting, asked } = answered();

    prompting.ask(at(1));
    prompting.ask(at(2));
    prompting.ask(at(3));
    await asked[0]!.answer(proposal(1));

    expect(asked.map(({ prompt }) => prompt.points![0]!.x)).toEqual([1, 3]);
    expect(prompting.current?.score).toBe(1);
    expect(prompting.busy).toBe(true);
  });

  test('a prompt carries how the tools are set, and what is seen', () => {
    const { prompting, asked } = answered();

    prompting.ask({ ...at(1), options: { cell: 7 } });

    expect(asked[0]!.prompt.options).toMatchObject({ tolerance: 18, cell: 7 });
    expect(asked[0]!.prompt.seen?.zoom).toBe(1);
  });

  test('what was dropped never shows, though its answer still comes', async () => {
    const { prompting, asked } = answered();

    prompting.ask(at(1));
    prompting.drop();
    await asked[0]!.answer(proposal(1));

    expect(asked[0]!.signal.aborted).toBe(true);
    expect(prompting.current).toBeNull();
    expect(prompting.busy).toBe(false);
  });

  test('another tool does not wait for the answer to the one before', () => {
    const { prompting, asked } = answered();

    prompting.ask(at(1));
    prompting.ask({ predictor: 'grabcut', box: BOX });

    expect(asked[0]!.signal.aborted).toBe(true);
    expect(asked.map(({ prompt }) => prompt.predictor)).toEqual(['wand', 'grabcut']);
  });

  test('a failure is told in words, and the next answer ends it', async () => {
    const { prompting, asked } = answered();

    prompting.ask(at(1));
    await asked[0]!.fail('The picture cannot be read.');
    expect(prompting.error).toBe('The picture cannot be read.');

    prompting.ask(at(2));
    await asked[1]!.answer(proposal(2));
    expect(prompting.error).toBeNull();
  });

  test('a setting that changes asks anew, within its limits', async () => {
    const { prompting, asked } = answered();
    prompting.ask(at(1));
    await asked[0]!.answer(proposal(1));

    prompting.tune({ tolerance: 500 });

    expect(asked[1]!.prompt.options?.tolerance).toBe(100);
  });

  test('a step of a setting is felt at every size', () => {
    const { prompting } = answered();
    prompting.tune({ tolerance: 0 });

    prompting.step('tolerance', 1);
    expect(prompting.settings.tolerance).toBe(1);
    for (let i = 0; i < 40; i++) prompting.step('tolerance', 1);
    expect(prompting.settings.tolerance).toBe(100);
    for (let i = 0; i < 40; i++) prompting.step('tolerance', -1);
    expect(prompting.settings.tolerance).toBe(0);
  });
});

describe('taking', () => {
  test('what is there is taken at once, and is there no more', async () => {
    const { prompting, asked } = answered();
    prompting.ask(at(1));
    await asked[0]!.answer(proposal(1));

    expect((await prompting.take())?.score).toBe(1);
    expect(prompting.current).toBeNull();
    expect(await prompting.take()).toBeNull();
  });

  test('Enter before the answer takes the answer to the last prompt, not an older one', async () => {
    const { prompting, asked } = answered();
    prompting.ask(at(1));
    prompting.ask(at(2));

    const taken = prompting.take();
    await asked[0]!.answer(proposal(1));
    await asked[1]!.answer(proposal(2));

    expect((await taken)?.score).toBe(2);
  });

  test('what is asked after Enter waits until the taken answer is in', async () => {
    const { prompting, asked } = answered();
    prompting.ask(at(1));

    const taken = prompting.take();
    prompting.ask(at(9));
    prompting.drop();
    prompting.ask(at(10));
    await asked[0]!.answer(proposal(1));

    expect((await taken)?.score).toBe(1);
    expect(asked.map(({ prompt }) => prompt.points![0]!.x)).toEqual([1, 10]);
  });

  test('a failure instead of the awaited answer takes nothing', async () => {
    const { prompting, asked } = answered();
    prompting.ask(at(1));

    const taken = prompting.take();
    await asked[0]!.fail('no');

    expect(await taken).toBeNull();
    expect(prompting.error).toBe('no');
  });
});

describe('what a proposal becomes', () => {
  const category = (...shapes: string[]) => ({ id: 'c', name: 'Cell', shapes });

  test('a mask where masks are allowed, else the next best', () => {
    expect(resultOf(category('box', 'polygon', 'mask'), 'mask', 'auto')).toBe('mask');
    expect(resultOf(category('box', 'polygon'), 'mask', 'auto')).toBe('polygon');
    expect(resultOf(category('box'), 'mask', 'auto')).toBe('box');
  });

  test('an outline stays an outline where it may', () => {
    expect(resultOf(category('mask', 'polygon'), 'polygon', 'auto')).toBe('polygon');
    expect(resultOf(category('mask'), 'polygon', 'auto')).toBe('mask');
  });

  test('what was chosen, if the category allows it', () => {
    expect(resultOf(category('mask', 'polygon'), 'mask', 'polygon')).toBe('polygon');
    expect(resultOf(category('mask'), 'mask', 'polygon')).toBe('mask');
  });

  test('nothing where no area is allowed', () => {
    expect(resultOf(category('tag', 'points'), 'mask', 'auto')).toBeNull();
    expect(resultOf(undefined, 'mask', 'auto')).toBeNull();
  });
});
