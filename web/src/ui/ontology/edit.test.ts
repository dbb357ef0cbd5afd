import { describe, expect, test } from 'vitest';

import type { Ontology } from '../../wire';
import { begin, categoriesNamed, type Edited, faults, idFrom, isChanged, optionsNamed, type Step, step } from './edit';

const CELLS: Ontology = {
  categories: [
    { id: 'red', name: 'Red cell', color: '#D55E00', shortcut: '1' },
    { id: 'white', name: 'White cell', color: '#0072B2', shortcut: '2' },
    { id: 'platelet', name: 'Platelet', color: '#009E73' },
  ],
  retired: { debris: null },
};

const after = (...steps: Step[]): Edited => steps.reduce(step, begin(CELLS));
const ids = ({ categories }: Edited) => categories.map(({ id }) => id);

describe('adding', () => {
  test('a new category gets an id, an unused color and the next free key', () => {
    const added = after({ kind: 'add', name: 'Mast cell' }).categories.at(-1)!;

    expect(added).toMatchObject({ id: 'mast-cell', name: 'Mast cell', shortcut: '3' });
    expect(CELLS.categories!.map(({ color }) => color)).not.toContain(added.color);
  });

  test('an id that was ever used does not come back', () => {
    const retired = after({ kind: 'add', name: 'Debris' });
    const justRemoved = after({ kind: 'remove', id: 'platelet' }, { kind: 'add', name: 'Platelet' });

    expect(ids(retired)).toContain('debris-2');
    expect(ids(justRemoved)).toContain('platelet-2');
  });

  test('letters of any script make an id', () => {
    expect(idFrom('Étoile n° 1', [])).toMatch(/^[\p{L}\p{M}\p{N}-]+$/u);
    expect(idFrom('赤血球', [])).toBe('赤血球');
    expect(idFrom('!!!', [])).toBe('category');
  });
});

describe('moving', () => {
  test('a category takes the place it is moved to, and no further than the ends', () => {
    expect(ids(after({ kind: 'move', id: 'platelet', to: 0 }))).toEqual(['platelet', 'red', 'white']);
    expect(ids(after({ kind: 'move', id: 'red', to: 99 }))).toEqual(['white', 'platelet', 'red']);
    expect(ids(after({ kind: 'move', id: 'red', to: -1 }))).toEqual(['red', 'white', 'platelet']);
  });
});

describe('removing and merging', () => {
  test('a merged category names its target', () => {
    const edited = after({ kind: 'merge', id: 'platelet', into: 'white' });

    expect(ids(edited)).toEqual(['red', 'white']);
    expect(edited.merges).toEqual({ platelet: 'white' });
  });

  test('what was merged follows when its target is merged on', () => {
    const edited = after(
      { kind: 'merge', id: 'platelet', into: 'white' },
      { kind: 'merge', id: 'white', into: 'red' },
    );

    expect(edited.merges).toEqual({ platelet: 'red', white: 'red' });
  });

  test('what was merged is deleted with its target', () => {
    const edited = after({ kind: 'merge', id: 'platelet', into: 'white' }, { kind: 'remove', id: 'white' });

    expect(edited.merges).toEqual({});
  });
});

describe('attributes', () => {
  const choice: Step[] = [
    { kind: 'add attribute', id: 'red' },
    {
      kind: 'change attribute',
      id: 'red',
      attribute: 'attribute',
      fields: { name: 'Stage', options: optionsNamed(['Young', 'Old'], []), default: 'old' },
    },
  ];
  const spec = (edited: Edited) => edited.categories[0]!.attributes![0]!;

  test('a default that no longer is an option is let go', () => {
    const edited = after(...choice, {
      kind: 'change attribute',
      id: 'red',
      attribute: 'attribute',
      fields: { options: optionsNamed(['Young'], spec(after(...choice)).options!) },
    });

    expect(spec(after(...choice)).default).toBe('old');
    expect(spec(edited).default).toBeUndefined();
  });

  test('another kind lets go of what it does not know', () => {
    const edited = after(...choice, {
      kind: 'change attribute',
      id: 'red',
      attribute: 'attribute',
      fields: { kind: 'number' },
    });

    expect(spec(edited)).toEqual({ id: 'attribute', name: 'Stage', kind: 'number' });
  });

  test('an option keeps its id while others come and go', () => {
    const before = [{ id: 'x1', name: 'Young' }];

    expect(optionsNamed(['Old', 'Young'], before)).toEqual([
      { id: 'old', name: 'Old' },
      { id: 'x1', name: 'Young' },
    ]);
  });
});

describe('faults', () => {
  test('names, keys and options are checked before the server is asked', () => {
    const edited = after(
      { kind: 'change', id: 'red', fields: { name: 'White cell', shortcut: '2' } },
      { kind: 'change', id: 'platelet', fields: { shapes: [], name: ' ' } },
      { kind: 'add attribute', id: 'white' },
    );

    const found = faults(edited.categories);
    expect(found.get('red')).toEqual(['“White cell” stands twice.', 'The key 2 is given twice.']);
    expect(found.get('platelet')).toEqual(['It needs a name.', 'It needs at least one shape.']);
    expect(found.get('white')).toContain('An attribute needs a name.');
  });

  test('a sound ontology has none', () => {
    expect(faults(CELLS.categories!).size).toBe(0);
  });
});

test('nothing is changed until something is', () => {
  expect(isChanged(begin(CELLS), CELLS)).toBe(false);
  expect(isChanged(after({ kind: 'change', id: 'red', fields: { name: 'Erythrocyte' } }), CELLS)).toBe(true);
});

test('a pasted list becomes categories, each name once', () => {
  const made = categoriesNamed('Red cell, White cell\n\nred cell;Platelet\n');

  expect(made.map(({ name }) => name)).toEqual(['Red cell', 'White cell', 'Platelet']);
  expect(new Set(made.map(({ color }) => color)).size).toBe(3);
});
