import { afterEach, describe, expect, test, vi } from 'vitest';

import { api } from '../src/api';
import { findCategories, used } from '../src/editor/category-finder';
import { closedTo, stageOf, Strip } from '../src/ui/studio/strip';
import type { Item, Project } from '../src/wire';

afterEach(() => vi.restoreAllMocks());

const item = (parts: Partial<Item> = {}) => ({ id: 'i', state: 'waiting', task: 't', held_by: null, assigned_to: null, ...parts }) as Item;
const as = (role: string) => ({ role }) as Project;

describe('an item of the strip', () => {
  test.each([
    [{}, 'annotator', true],
    [{ held_by: 'ana' }, 'annotator', true],
    [{ held_by: 'bo' }, 'annotator', false],
    [{ held_by: 'bo' }, 'reviewer', true],
    [{ assigned_to: 'bo' }, 'annotator', false],
    [{ assigned_to: 'ana' }, 'annotator', true],
    [{ state: 'review' }, 'annotator', false],
    [{ state: 'review' }, 'reviewer', true],
    [{ state: 'done', task: null }, 'owner', false],
    [{ state: 'skipped', task: null }, 'owner', false],
  ] as const)('%o is open to ana as %s: %s', (parts, role, open) => {
    expect(closedTo(item(parts), as(role), 'ana') === null).toBe(open);
  });

  test('is opened at the stage it waits for', () => {
    expect([stageOf(item()), stageOf(item({ state: 'review' })), stageOf(item({ state: 'returned' }))]).toEqual(['annotate', 'review', 'annotate']);
  });
});

describe('the strip of a hundred thousand items', () => {
  const all = Array.from({ length: 100_000 }, (_, n) => item({ id: `i${n}`, name: `${n}`, task: n % 700 === 0 ? `t${n}` : null }));
  function server() {
    return vi.spyOn(api, 'get').mockImplementation((_path, query) => {
      const { offset, around, limit } = query as { offset?: number; around?: string; limit: number };
      const start = offset ?? Math.max(0, Number(around!.slice(1)) - limit / 2);
      return Promise.resolve({ items: all.slice(start, start + limit), start, total: all.length, next: null }) as never;
    });
  }

  test('asks for the parts that are looked at, each once', async () => {
    const asked = server();
    const strip = new Strip('p');
    expect(await strip.find('i50000')).toBe(50_000);
    for (const index of [50_000, 50_010, 50_011, 99_999, 99_999]) strip.at(index);
    await vi.waitFor(() => expect(strip.at(99_999)?.id).toBe('i99999'));

    expect(strip.total).toBe(100_000);
    expect(strip.at(50_010)?.id).toBe('i50010');
    expect(asked).toHaveBeenCalledTimes(3);
  });

  test('leads to the nearest open item either way, and not endlessly far', async () => {
    server();
    const open = (entry: Item) => entry.task !== null;
    const strip = new Strip('p');

    expect((await strip.neighbor('i1200', 1, open))?.id).toBe('i1400');
    expect((await strip.neighbor('i1200', -1, open))?.id).toBe('i700');
    expect(await strip.neighbor('i1', -1, (entry) => entry.id === 'i700')).toBeNull();
    expect(await strip.neighbor('i701', 1, open)).toBeNull();
  });

  test('a part that could not be read is asked for again', async () => {
    const asked = server();
    asked.mockRejectedValueOnce(new Error('offline'));
    const strip = new Strip('p');
    strip.at(0);
    await vi.waitFor(() => expect(strip.at(0)?.id).toBe('i0'));
    expect(asked).toHaveBeenCalledTimes(2);
  });
});

describe('finding categories', () => {
  const categories = [
    { id: 'car', name: 'Car' },
    { id: 'cart', name: 'Shopping cart', description: 'With or without goods' },
    { id: 'hgv', name: 'Heavy goods vehicle' },
    { id: 'scar', name: 'Scar' },
  ];
  const found = (words: string, recent: string[] = []) => findCategories(categories, words, recent).map(({ id }) => id);

  test.each([
    ['', ['car', 'cart', 'hgv', 'scar']],
    ['car', ['car', 'cart', 'scar']],
    ['GOODS', ['hgv', 'cart']],
    ['he ve', ['hgv']],
    ['hgv', ['hgv']],
    ['plane', []],
  ])('“%s” finds %o', (words, ids) => {
    expect(found(words)).toEqual(ids);
  });

  test('those used last come first among equals, and alone decide where nothing is asked', () => {
    expect(found('', ['scar', 'hgv'])).toEqual(['scar', 'hgv', 'car', 'cart']);
    expect(found('car', ['scar'])).toEqual(['car', 'cart', 'scar']);
  });

  test('using one again moves it to the front and forgets the oldest', () => {
    expect(used(['a', 'b', 'c'], 'c', 3)).toEqual(['c', 'a', 'b']);
    expect(used(['a', 'b', 'c'], 'd', 3)).toEqual(['d', 'a', 'b']);
  });
});
