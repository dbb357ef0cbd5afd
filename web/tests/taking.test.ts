import { describe, expect, test } from 'vitest';

import { Editor } from '../src/editor/editor';
import type { Proposal } from '../src/editor/prompting';
import { spansOfShape } from '../src/geometry/convert';
import { areaOf } from '../src/geometry/shapes';
import { maskOf, spansIoU, spansOfRings } from '../src/geometry/spans';
import { HandAtWork } from '../src/tools/worker';
import type { Category, Point, Shape } from '../src/wire';

const RING = Array.from({ length: 90 }, (_, i): Point => {
  const angle = (i / 45) * Math.PI;
  return [50 + Math.cos(angle) * 30, 40 + Math.sin(angle) * 30];
});
const CELL = maskOf(spansOfRings([RING]))!;

/** A hand whose prompts are answered at once with a shape. */
function hand(shapes: NonNullable<Category['shapes']>, shape: Shape | null = CELL) {
  const ontology = { categories: [{ id: 'cell', name: 'Cell', shapes }] };
  const editor = new Editor({ width: 100, height: 80, annotations: [], ontology, member: 'ana' });
  const words: string[] = [];
  editor.onWord = (word) => words.push(word);
  const work = new HandAtWork(editor);
  work.prompting.answer = ({ predictor }) => Promise.resolve({ predictor, shape } satisfies Proposal);
  const click = async (x: number, y: number) => {
    const at = { x, y, shift: false, alt: false };
    work.feed({ kind: 'pointerDown', at: { x, y }, shift: at.shift, alt: at.alt });
    work.feed({ kind: 'pointerUp', at: { x, y }, shift: at.shift, alt: at.alt });
    await settle();
  };
  const enter = async () => {
    work.feed({ kind: 'confirm' });
    await settle();
  };
  return { editor, work, words, click, enter };
}

const settle = () => new Promise<void>((resolve) => setTimeout(resolve));

describe('a proposal that is taken', () => {
  test('is an annotation that the person made, in one step that can be undone', async () => {
    const { editor, work, click, enter } = hand(['mask', 'polygon']);
    work.use('wand');
    await click(50, 40);
    await enter();

    const [made] = editor.store.all();
    expect(made).toMatchObject({ category: 'cell', shape: CELL, evidence: { author: 'ana' } });
    expect(made?.evidence).not.toHaveProperty('prediction');
    editor.undo();
    expect(editor.store.size).toBe(0);
  });

  test('becomes a polygon where masks are not allowed, and says what that cost', async () => {
    const { editor, work, click, enter } = hand(['polygon']);
    work.use('wand');
    await click(50, 40);
    await enter();

    const { shape } = editor.store.all()[0]!;
    expect(shape?.kind).toBe('polygon');
    const iou = spansIoU(spansOfShape(shape!), spansOfShape(CELL));
    expect(iou).toBeGreaterThan(0.95);
    expect(work.prompting.told).toContain(`IoU ${iou.toFixed(3)}`);
  });

  test('becomes a box where nothing else is allowed', async () => {
    const { editor, work, click, enter } = hand(['box']);
    work.use('grabcut');
    work.feed({ kind: 'pointerDown', at: { x: 10, y: 5 }, shift: false, alt: false });
    work.feed({ kind: 'pointerMove', at: { x: 90, y: 75 }, shift: false, alt: false });
    work.feed({ kind: 'pointerUp', at: { x: 90, y: 75 }, shift: false, alt: false });
    await click(50, 40);
    await enter();

    expect(editor.store.all()[0]?.shape).toEqual({ kind: 'box', left: 20, top: 10, right: 80, bottom: 70 });
  });

  test('lies on the picture, however far it was proposed', async () => {
    const wide = maskOf({ top: -5, rows: Array.from({ length: 20 }, () => [-10, 30]) })!;
    const { editor, work, click, enter } = hand(['mask'], wide);
    work.use('wand');
    await click(10, 10);
    await enter();

    expect(areaOf(editor.store.all()[0]!.shape!)).toBe(30 * 15);
  });

  test('is nothing when nothing was proposed, and the hand is told', async () => {
    const { editor, work, words, click, enter } = hand(['mask'], null);
    work.use('wand');
    await click(10, 10);
    await enter();

    expect(editor.store.size).toBe(0);
    expect(words.join()).toContain('Nothing was proposed');
  });

  test('is left behind when another tool is chosen', async () => {
    const { editor, work, click, enter } = hand(['mask', 'box']);
    work.use('wand');
    await click(50, 40);
    work.use('select');

    expect(work.prompting.current).toBeNull();
    await enter();
    expect(editor.store.size).toBe(0);
  });
});

test('the tools that ask are of no use where no area may be drawn', () => {
  const { work } = hand(['points', 'polyline']);

  for (const name of ['wand', 'scissors', 'superpixels', 'grabcut']) expect(work.can(name)).toBe(false);
});

test('a tool makes its predictor ready when it is chosen, once', () => {
  const { work } = hand(['mask']);
  const chosen: string[] = [];
  work.prompting.onChosen = (tool) => chosen.push(tool);

  work.use('wand');
  work.use('wand');
  work.use('select');

  expect(chosen).toEqual(['wand']);
});
