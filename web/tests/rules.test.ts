/** Label rules in the studio: the same table as the server's tests, and what is checked again after an edit. */
import { describe, expect, it } from 'vitest';

import { Editor } from '../src/editor/editor';
import { Problems } from '../src/editor/problems';
import { changesBetween, RuleBook } from '../src/model/rule-book';
import { followed, RULE_KINDS } from '../src/model/rules';
import { freshRule, ruleFault, ruleWords, tidied } from '../src/ui/ontology/rule-edit';
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

/** Every broken rule of annotations, worked out at once. */
function brokenRules(annotations: readonly Annotation[], ontology: Ontology, width: number, height: number): readonly BrokenRule[] {
  const book = new RuleBook(ontology, width, height);
  book.note(annotations);
  book.work();
  return book.broken;
}

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

describe('problems in the studio', () => {
  const box = (left: number, width: number): Shape => ({ kind: 'box', left, top: 10, right: left + width, bottom: 40 });
  const rules: Rule[] = [
    { id: 'size', kind: 'minimum_size', categories: ['cell'], width: 12 },
    { id: 'day', kind: 'count', categories: ['car'], at_least: 1, severity: 'warning' },
  ];
  const studio = (annotations: Annotation[]) => {
    const editor = new Editor({ width: 200, height: 100, annotations, ontology: { ...ONTOLOGY, rules }, member: 'ana' });
    editor.viewport.resize(800, 600);
    const waiting: (() => void)[] = [];
    const problems = new Problems(editor, (work) => waiting.push(work));
    const rest = () => {
      while (waiting.length > 0) waiting.shift()!();
    };
    rest();
    return { editor, problems, rest, waiting };
  };
  const two = (): Annotation[] => [
    { id: '1', category: 'cell', shape: box(10, 5) },
    { id: '2', category: 'cell', shape: box(60, 8) },
  ];

  it('are kept up while the hand works, and told once the hand rests', () => {
    const { editor, problems, rest } = studio(two());
    expect(problems.all.map(({ rule }) => rule)).toEqual(['size', 'size', 'day']);
    let told = 0;
    problems.changed.subscribe(() => (told += 1));

    editor.perform('Widen', [{ kind: 'put', annotation: { ...editor.store.get('1')!, shape: box(10, 30) } }]);
    expect(problems.all).toHaveLength(3);
    rest();

    expect(told).toBe(1);
    expect(problems.of('1')).toEqual([]);
    expect(problems.of('2').map(({ sentence }) => sentence)).toEqual(['“cell” is too small: width 8 (at least 12)']);
    expect(problems.errors).toHaveLength(1);
  });

  it('are walked along in both directions, each selected and shown', () => {
    const { editor, problems } = studio(two());
    const at = () => [...editor.selection.ids];

    problems.step(1);
    expect(at()).toEqual(['1']);
    expect(editor.viewport.seen().left).toBeLessThan(10);
    expect(editor.viewport.seen().right).toBeLessThan(60);
    problems.step(1);
    expect(at()).toEqual(['2']);
    problems.step(1);
    expect(problems.current?.rule).toBe('day');
    expect(at()).toEqual([]);
    problems.step(1);
    expect(at()).toEqual(['1']);
    problems.step(-1);
    expect(problems.current?.rule).toBe('day');
  });

  it('stay where one is when another is mended', () => {
    const { editor, problems, rest } = studio(two());
    problems.step(1);
    problems.step(1);
    editor.perform('Delete', [{ kind: 'delete', id: '1' }]);
    rest();

    expect(problems.current?.annotations).toEqual(['2']);
  });

  it('of newer rules are taken from the server, and go when their annotations change', () => {
    const { editor, problems, rest } = studio([{ id: '1', category: 'car', shape: box(10, 50) }, { id: '2', category: 'car', shape: box(80, 50) }]);
    const told = ['1', '2'].map((id): BrokenRule => ({ rule: 'new', severity: 'error', sentence: `About ${id}`, annotations: [id], place: [80, 10, 130, 40] }));
    expect(problems.all).toEqual([]);

    problems.tell(told);
    problems.step(1);
    expect([...editor.selection.ids]).toEqual(['1']);
    expect(problems.errors).toHaveLength(2);
    editor.perform('Move', [{ kind: 'put', annotation: { ...editor.store.get('1')!, shape: box(20, 50) } }]);
    rest();

    expect(problems.all).toEqual([told[1]]);
  });

  it('are all checked before something is handed in', () => {
    const { editor, problems } = studio(two());
    editor.perform('Delete', [{ kind: 'delete', id: '1' }]);
    problems.finish();

    expect(problems.errors.map(({ annotations }) => annotations)).toEqual([['2']]);
  });
});

describe('rules on the ontology page', () => {
  const around = { categories: ONTOLOGY.categories!, relations: ONTOLOGY.relations! };

  it.each(RULE_KINDS)('a fresh “%s” is one that can be saved, said in a sentence', (kind) => {
    const rule = freshRule(kind, [], around);

    expect(ruleFault(rule, around)).toBeNull();
    expect(ruleWords(rule, around)).toMatch(/“cell”/);
    expect(tidied(rule)).toEqual(rule);
  });

  it('get ids that are not taken', () => {
    const first = freshRule('count', [], around);
    expect(freshRule('count', [first], around).id).not.toBe(first.id);
  });

  it('follow a category into another, and lack one that is deleted', () => {
    const rule: Rule = { id: '1', kind: 'must_touch', categories: ['wheel'], others: ['car', 'cell'] };

    expect(followed([rule], 'cell', 'car')).toEqual([{ ...rule, others: ['car'] }]);
    expect(ruleFault(rule, { ...around, categories: around.categories.slice(1) })).toBe('It names a category that is deleted.');
  });

  it.each<[Partial<Rule>, string]>([
    [{ kind: 'minimum_size' }, 'It needs a size.'],
    [{ kind: 'count' }, 'It needs a number.'],
    [{ kind: 'count', at_least: 3, at_most: 1 }, 'The least is more than the most.'],
    [{ kind: 'requires', others: [] }, 'It needs another category.'],
    [{ kind: 'required_attribute', attribute: 'color' }, '“cell” lacks an attribute that it names.'],
    [{ kind: 'related', relation: '', others: ['car'] }, 'It names a relation that is not there.'],
    [{ kind: 'one_per_image', categories: [] }, 'It needs a category.'],
  ])('what is missing in %o is said', (fields, words) => {
    expect(ruleFault({ id: '1', categories: ['cell'], ...fields } as Rule, around)).toBe(words);
  });

  it('say their conditions', () => {
    const rule: Rule = { id: '1', kind: 'minimum_size', categories: ['cell'], width: 4, when: { clear: true } };
    expect(ruleWords(rule, around)).toBe('“cell” is at least 4 px wide (where Clear is yes)');
  });
});
