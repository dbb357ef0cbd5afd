/** Label rules in the studio: the same table as the server's tests, and what is checked again after an edit. */
import { describe, expect, it } from 'vitest';

import { brokenRules, changesBetween, RuleBook } from '../src/model/rule-book';
import { RULE_KINDS } from '../src/model/rules';
import type { Annotation, BrokenRule, Category, Ontology, RelationSpec, Rule, Shape } from '../src/wire';

interface Table {
  categories: Category[];
  relations: RelationSpec[];
  rules?: Rule[];
  cases: { name: string; rules?: Rule[]; annotations: Annotation[]; broken: BrokenRule[] }[];
}

const tables = import.meta.glob<{ default: Table }>('../../tests/golden/rules*.json', { eager: true });
const read = (name: string): Table => tables[`../../tests/golden/${name}`]!.default;
const [WIDTH, HEIGHT] = [200, 100];

/** Places agree to a millionth of a pixel, everything else to the letter. */
function same(found: readonly BrokenRule[], wanted: readonly BrokenRule[]): void {
  const words = ({ place, ...rest }: BrokenRule) => ({ ...rest, placed: place != null });
  expect(found.map(words)).toEqual(wanted.map(words));
  found.forEach(({ place }, i) => place?.forEach((value, k) => expect(value).toBeCloseTo(wanted[i]!.place![k]!, 6)));
}

describe.each(['rules.json', 'rules-drawn.json'])('the table %s, shared with the server', (file) => {
  const table = read(file);
  it.each(table.cases)('$name', ({ rules, annotations, broken }) => {
    same(brokenRules(annotations, { ...table, rules: rules ?? table.rules }, WIDTH, HEIGHT), broken);
  });
});

describe('the table', () => {
  it('has a broken case of every kind', () => {
    const cases = read('rules.json').cases.filter(({ broken }) => broken.length > 0);
    const kinds = new Set(cases.flatMap(({ rules }) => (rules ?? []).map(({ kind }) => kind)));
    expect([...kinds].sort()).toEqual([...RULE_KINDS].sort());
  });
});

/** Numbers that look random and are the same each time (Park and Miller, 1988). */
function dice(seed: number): (below: number) => number {
  let state = seed;
  return (below) => (state = (state * 48271) % 2147483647) % below;
}

const CATEGORIES = ['cell', 'car', 'wheel'];
const ONTOLOGY: Ontology = {
  categories: CATEGORIES.map((id) => ({ id, name: id, attributes: [{ id: 'clear', name: 'Clear', kind: 'flag' }] })),
  relations: [{ id: 'part', name: 'part of' }],
  rules: [
    { id: 'a', kind: 'minimum_size', categories: ['cell'], width: 12 },
    { id: 'b', kind: 'must_not_overlap', categories: ['cell', 'wheel'], others: ['cell'], when: { clear: true } },
    { id: 'c', kind: 'must_touch', categories: ['wheel'], others: ['car'], within: 4 },
    { id: 'd', kind: 'inside', categories: ['wheel'], others: ['car'], share: 0.5 },
    { id: 'e', kind: 'count', categories: ['car'], at_least: 2, at_most: 6 },
    { id: 'f', kind: 'count_inside', categories: ['wheel'], others: ['car'], at_most: 1, at_least: 1 },
    { id: 'g', kind: 'one_per_image', categories: ['cell'] },
    { id: 'h', kind: 'requires', categories: ['cell'], others: ['wheel'] },
    { id: 'i', kind: 'related', categories: ['wheel'], relation: 'part', others: ['car'] },
    { id: 'j', kind: 'required_attribute', categories: ['cell'], attribute: 'clear' },
  ],
};

function anyShape(roll: (below: number) => number): Shape {
  const [x, y, w, h] = [roll(150), roll(60), 6 + roll(40), 6 + roll(30)];
  if (roll(3) === 0) return { kind: 'ellipse', x: x + w / 2, y: y + h / 2, rx: w / 2, ry: h / 2, angle: roll(3) };
  if (roll(2)) return { kind: 'polygon', parts: [[[[x, y], [x + w, y + 1], [x, y + h]]]] };
  return { kind: 'box', left: x, top: y, right: x + w, bottom: y + h };
}

function anyAnnotation(id: string, roll: (below: number) => number, ids: string[]): Annotation {
  return {
    id,
    category: CATEGORIES[roll(3)]!,
    shape: roll(12) ? anyShape(roll) : null,
    attributes: roll(2) ? { clear: roll(2) === 1 } : {},
    relations: ids.length > 0 && roll(2) ? [{ kind: 'part', to: ids[roll(ids.length)]! }] : [],
  };
}

describe('a rule book', () => {
  it.each([1, 2, 3, 4, 5, 6])('after any edits says what a fresh look says (%i)', (seed) => {
    const roll = dice(seed * 7919);
    const book = new RuleBook(ONTOLOGY, WIDTH, HEIGHT);
    let now: Annotation[] = [];
    book.note(now);
    for (let turn = 0; turn < 150; turn++) {
      for (let edits = 1 + roll(3); edits > 0; edits--) {
        const at = roll(now.length + 1);
        const ids = now.map(({ id }) => id);
        if (at === now.length) now = [...now, anyAnnotation(`n${turn}.${edits}`, roll, ids)];
        else if (roll(3) === 0) now = now.filter((_, i) => i !== at);
        else now = now.map((a, i) => (i === at ? anyAnnotation(a.id, roll, ids) : a));
      }
      book.note(now);
      if (roll(4)) book.work();
      else book.work(() => roll(3) > 0); // interrupted: the rest is done with what changes next
      if (book.isDone) same(book.broken, brokenRules(now, ONTOLOGY, WIDTH, HEIGHT));
    }
    book.work();
    same(book.broken, brokenRules(now, ONTOLOGY, WIDTH, HEIGHT));
    expect(book.broken.length).toBeGreaterThan(0);
  });

  it('checks only what an edit can have touched', () => {
    const far = Array.from({ length: 50 }, (_, i): Annotation => ({
      id: `c${i}`,
      category: 'cell',
      shape: { kind: 'box', left: 100 * i, top: 0, right: 100 * i + 20, bottom: 20 },
    }));
    const book = new RuleBook({ ...ONTOLOGY, rules: [{ id: 'b', kind: 'must_not_overlap', categories: ['cell'], others: ['cell'] }] }, 5000, 100);
    book.note(far);
    book.work();
    const moved: Annotation = { ...far[3]!, shape: { kind: 'box', left: 410, top: 0, right: 430, bottom: 20 } };
    book.note(far.map((a) => (a.id === 'c3' ? moved : a)));
    let checked = 0;
    book.work(() => (checked++, true));
    expect(checked).toBe(2); // itself, and the one it came to lie on
    expect(book.broken.map(({ annotations }) => annotations)).toEqual([['c3', 'c4']]);
  });

  it('works in slices', () => {
    const book = new RuleBook({ ...ONTOLOGY, rules: [{ id: 'a', kind: 'minimum_size', categories: ['cell'], width: 12 }] }, 200, 100);
    book.note(['1', '2', '3'].map((id) => ({ id, category: 'cell', shape: { kind: 'box', left: 0, top: 0, right: 2, bottom: 2 } })));
    expect(book.work(() => false)).toBe(false);
    expect(book.broken).toHaveLength(1);
    expect(book.work()).toBe(true);
    expect(book.broken).toHaveLength(3);
  });

  it('has nothing to say without rules', () => {
    const book = new RuleBook({ categories: ONTOLOGY.categories }, 200, 100);
    book.note([{ id: '1', category: 'gone' }]);
    expect(book.work()).toBe(true);
    expect(book.broken).toEqual([]);
  });
});

it('changes between two lists are found by their values', () => {
  const [a, b, c] = ['a', 'b', 'c'].map((id): Annotation => ({ id, category: 'cell' }));
  const b2 = { ...b!, category: 'car' };
  expect([...changesBetween([a!, b!, c!], [a!, b2, c!])]).toEqual([['b', [b, b2]]]);
  expect([...changesBetween([a!, b!, c!], [a!, c!])]).toEqual([['b', [b, null]]]);
  expect([...changesBetween([a!, b!], [b!, a!, c!])]).toEqual([['c', [null, c]]]);
});
