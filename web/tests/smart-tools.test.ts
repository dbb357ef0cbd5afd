import { assert, describe, expect, test } from 'vitest';

import type { Prompt } from '../src/editor/prompting';
import { grabcutTool } from '../src/tools/grabcut';
import { scissorsTool } from '../src/tools/scissors';
import { cellOf, superpixelsTool } from '../src/tools/superpixels';
import type { Command, Hand } from '../src/tools/tool';
import { wandTool } from '../src/tools/wand';
import { drive } from './support';

const asked = (commands: readonly Command[]): Prompt[] => commands.flatMap((command) => (command.do === 'ask' ? [command.prompt] : []));
const done = (commands: readonly Command[]) => commands.map((command) => command.do);

describe('magic wand', () => {
  test('a click asks for the region, Enter takes it', () => {
    const hand = drive(wandTool).click(30, 40).enter();

    expect(asked(hand.commands)).toEqual([{ predictor: 'wand', points: [{ x: 30, y: 40, positive: true }] }]);
    expect(done(hand.commands)).toEqual(['ask', 'take']);
    expect(hand.state().name).toBe('idle');
  });

  test('a drag changes the tolerance by the way on the screen, however near one looks', () => {
    const far = drive(wandTool, { zoom: 0.5 }).down(100, 100).move(220, 100);
    const near = drive(wandTool, { zoom: 4 }).down(100, 100).move(115, 100);

    const tuned = { do: 'tune', settings: { tolerance: 28 } };
    expect(far.commands.at(-1)).toEqual(tuned);
    expect(near.commands.at(-1)).toEqual(tuned);
  });

  test('a hand that trembles changes nothing', () => {
    const hand = drive(wandTool).down(100, 100).move(103, 101).up(103, 101);

    expect(done(hand.commands)).toEqual(['ask']);
  });

  test('Shift adds and Alt takes away, and what was clicked before keeps its tolerance', () => {
    const hand = drive(wandTool).click(10, 10).click(20, 20, true).click(30, 30, false, true);

    expect(asked(hand.commands).at(-1)?.points).toEqual([
      { x: 10, y: 10, positive: true, tolerance: 18 },
      { x: 20, y: 20, positive: true, tolerance: 18 },
      { x: 30, y: 30, positive: false },
    ]);
  });

  test('a plain click begins anew; Alt with nothing there asks nothing', () => {
    const hand = drive(wandTool).click(5, 5, false, true);
    expect(hand.commands).toEqual([]);

    hand.click(10, 10).click(20, 20);
    expect(asked(hand.commands).at(-1)?.points).toHaveLength(1);
  });

  test('Backspace takes the last click back, and the only one drops all', () => {
    const hand = drive(wandTool).click(10, 10).click(20, 20, true).backspace();
    expect(asked(hand.commands).at(-1)?.points).toEqual([{ x: 10, y: 10, positive: true }]);

    hand.backspace();
    expect(hand.commands.at(-1)).toEqual({ do: 'drop' });
    expect(hand.state().name).toBe('idle');
  });

  test('Escape in the middle of a drag leaves nothing to take', () => {
    const hand = drive(wandTool).down(10, 10).move(90, 10).escape().up(90, 10).enter();

    expect(done(hand.commands).slice(-1)).toEqual(['drop']);
  });
});

describe('intelligent scissors', () => {
  test('the wire follows the pointer only after a first click', () => {
    const hand = drive(scissorsTool).move(5, 5).click(10, 10).move(20, 12);

    expect(asked(hand.commands)).toEqual([
      { predictor: 'scissors', path: [{ x: 10, y: 10 }], pointer: { x: 10, y: 10 } },
      { predictor: 'scissors', path: [{ x: 10, y: 10 }], pointer: { x: 20, y: 12 } },
    ]);
  });

  test('a click on the first of three seeds closes the wire and takes it', () => {
    const hand = drive(scissorsTool).click(10, 10).click(90, 10).click(50, 80).move(12, 12).down(12, 12);

    expect(hand.commands.at(-2)).toMatchObject({ do: 'ask', prompt: { closed: true, path: { length: 3 } } });
    expect(hand.commands.at(-1)).toEqual({ do: 'take' });
  });

  test('the second click of a double click is no seed of its own', () => {
    const hand = drive(scissorsTool).click(10, 10).click(90, 10).click(50, 80).click(51, 80).double(51, 80);

    expect(asked(hand.commands).at(-1)).toMatchObject({ closed: true, path: { length: 3 } });
  });

  test('Enter with a single seed waits for more', () => {
    const hand = drive(scissorsTool).click(10, 10).enter();

    expect(hand.state().name).toBe('tracing');
    assert(!done(hand.commands).includes('take'));
  });

  test('Backspace takes seeds back to the first, and that one drops all', () => {
    const hand = drive(scissorsTool).click(10, 10).click(90, 10).backspace();
    expect(asked(hand.commands).at(-1)?.path).toHaveLength(1);

    hand.backspace();
    expect(hand.state().name).toBe('idle');
    expect(hand.commands.at(-1)).toEqual({ do: 'drop' });
  });
});

describe('superpixels', () => {
  test('the pointer asks before anything is clicked, and there is nothing to take yet', () => {
    const hand = drive(superpixelsTool).move(10, 10).enter();

    expect(asked(hand.commands)).toMatchObject([{ strokes: [], pointer: { x: 10, y: 10 } }]);
    assert(!done(hand.commands).includes('take'));
  });

  test('a stroke notes places a quarter of a superpixel apart', () => {
    const hand = drive(superpixelsTool).down(0, 0).move(2, 0).move(12, 0).up(12, 0);

    expect(asked(hand.commands).at(-1)?.strokes).toMatchObject([{ points: [{ x: 0 }, { x: 12 }], positive: true }]);
  });

  test('Alt takes away, Backspace takes a stroke back, Enter takes what is there', () => {
    const hand = drive(superpixelsTool).click(10, 10).click(20, 20, false, true);
    expect(asked(hand.commands).at(-1)?.strokes?.map(({ positive }) => positive)).toEqual([true, false]);

    hand.backspace().enter();
    expect(asked(hand.commands).at(-1)?.strokes).toHaveLength(1);
    expect(hand.commands.at(-1)).toEqual({ do: 'take' });
  });

  test('superpixels are as large on the screen as asked, at every zoom', () => {
    const smart = { tolerance: 18, superpixel: 24, fillHoles: true, result: 'auto' } as const;
    const at = (zoom: number) => cellOf({ zoom, smart } as Hand) * zoom;

    for (const zoom of [0.01, 0.1, 0.5, 1, 2, 3]) {
      expect(at(zoom)).toBeGreaterThan(24 / 1.5);
      expect(at(zoom)).toBeLessThan(24 * 1.5);
    }
    assert(cellOf({ zoom: 1, smart } as Hand) === cellOf({ zoom: 1.05, smart } as Hand));
  });
});

describe('GrabCut', () => {
  test('a box asks, strokes inside refine, Enter takes', () => {
    const hand = drive(grabcutTool).down(10, 10).move(60, 50).up(60, 50);
    hand.down(20, 20).move(30, 20).up(30, 20).down(50, 40, false, true).up(50, 40).enter();

    const prompts = asked(hand.commands);
    expect(prompts[0]).toMatchObject({ box: { left: 10, top: 10, right: 60, bottom: 50 }, strokes: [] });
    expect(prompts[2]?.strokes).toMatchObject([{ positive: true, points: { length: 2 } }, { positive: false }]);
    expect(hand.commands.at(-1)).toEqual({ do: 'take' });
  });

  test('a box too small to mean one asks nothing', () => {
    const hand = drive(grabcutTool).down(10, 10).move(14, 40).up(14, 40);

    expect(hand.commands).toEqual([]);
    expect(hand.state().name).toBe('idle');
  });

  test('Escape while a box is dragged leaves nothing; the pointer that comes up draws nothing', () => {
    const hand = drive(grabcutTool).down(10, 10).move(60, 50).escape().up(60, 50);

    expect(done(hand.commands)).toEqual(['drop']);
  });

  test('Backspace takes strokes back one by one, then the box', () => {
    const hand = drive(grabcutTool).down(10, 10).move(60, 50).up(60, 50).click(20, 20).backspace();
    expect(asked(hand.commands).at(-1)?.strokes).toEqual([]);

    hand.backspace();
    expect(hand.commands.at(-1)).toEqual({ do: 'drop' });
  });
});
