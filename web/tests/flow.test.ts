import { beforeEach, describe, expect, test, vi } from 'vitest';

import { begin, objectOf, progressOf, questionsOf, turn, type Asking, type AskInput, type World } from '../src/editor/asking';
import * as changes from '../src/editor/changes';
import { Editor } from '../src/editor/editor';
import { Flow } from '../src/editor/flow';
import { between, Listing } from '../src/editor/listing';
import { dressOf, Proposals } from '../src/editor/proposals';
import type { Annotation, Ontology } from '../src/wire';
import { proposalAt } from '../src/ui/studio/point-at';
import { imagePoint } from '../src/geometry/point';
import { annotation, BOX } from './support';

const ONTOLOGY: Ontology = {
  categories: [
    {
      id: 'cell',
      name: 'White cell',
      attributes: [
        { id: 'size', name: 'Size', kind: 'choice', required: true, options: [{ id: 's', name: 'Small' }, { id: 'l', name: 'Large' }] },
        { id: 'count', name: 'Nuclei', kind: 'number', minimum: 1, maximum: 5 },
      ],
    },
    { id: 'dirt', name: 'Dirt', attributes: [{ id: 'wet', name: 'Wet', kind: 'flag' }, { id: 'on', name: 'Lies on', kind: 'choices', options: [{ id: 'a', name: 'Glass' }, { id: 'b', name: 'Cell' }] }] },
    { id: 'blurry', name: 'Blurry', shapes: ['tag'] },
  ],
};

const small = (id: string, parts: Partial<Annotation> = {}): Annotation => ({ ...annotation(id), attributes: { size: 's' }, ...parts });
const made = (annotations: Annotation[], readOnly = false) =>
  new Editor({ width: 400, height: 300, annotations, ontology: ONTOLOGY, member: 'ana', readOnly });
const ids = (annotations: readonly Annotation[]) => annotations.map(({ id }) => id).join(' ');

describe('the list', () => {
  const ALL: Annotation[] = [
    small('a', { evidence: { score: 0.9, model: 'net' } }),
    annotation('b', { ...BOX, right: 200 }),
    annotation('c', BOX, 'dirt'),
    annotation('d', null, 'blurry'),
    small('e', { evidence: { score: 0.2, model: 'net', verdict: 'returned' } }),
  ];

  test.each([
    ['white', 'a b e'],
    ['SMALL white', 'a e'],
    ['box dirt', 'c'],
    ['tag', 'd'],
    ['2', 'b'],
    ['#3', 'c'],
    ['net', 'a e'],
    ['nothing', ''],
    ['   ', 'a b c d e'],
  ])('“%s” finds %s', (words, found) => {
    const list = new Listing(made(ALL));
    list.ask({ words });

    expect(ids(list.ordered())).toBe(found);
  });

  test.each([
    ['drawn', 'a b c d e'],
    ['category', 'a b e c d'],
    ['size', 'b a c e d'],
    ['score', 'e a b c d'],
    ['verdict', 'e a b c d'],
    ['problem', 'b a c d e'],
  ] as const)('sorted by %s: %s; equals keep their order both ways', (sort, order) => {
    const list = new Listing(made(ALL));
    list.ask({ sort });
    expect(ids(list.ordered())).toBe(order);

    list.ask({ reversed: true });
    const back = list.ordered().map(({ id }) => id);
    expect([...back].sort()).toEqual(['a', 'b', 'c', 'd', 'e']);
    if (sort === 'category') expect(back.join(' ')).toBe('d c a b e');
  });

  test.each([
    [{ kinds: new Set(['tag']) }, 'd'],
    [{ categories: new Set(['cell']) }, 'a b e'],
    [{ verdicts: new Set(['returned']) }, 'e'],
    [{ verdicts: new Set(['none']), categories: new Set(['cell']) }, 'a b'],
    [{ problems: true }, 'b'],
    [{ origin: 'model' as const }, 'a e'],
    [{ origin: 'hand' as const }, 'b c d'],
  ])('filtered by %o: %s', (query, found) => {
    const list = new Listing(made(ALL));
    list.ask(query);

    expect(ids(list.ordered())).toBe(found);
  });

  test('a change is seen at once, also in what was found by its words', () => {
    const editor = made(ALL);
    const list = new Listing(editor);
    list.ask({ words: 'large' });
    expect(ids(list.ordered())).toBe('');

    changes.setAttribute(editor, ['a'], 'size', 'l');

    expect(ids(list.ordered())).toBe('a');
  });

  test('groups stand under one head where their first member stands, open or closed', () => {
    const editor = made([small('a', { group: 'g' }), small('b'), small('c', { group: 'g' }), small('d', { group: 'alone' })]);
    const list = new Listing(editor);
    const rows = () => list.entries().map((entry) => (entry.kind === 'group' ? `[${entry.members.length}]` : entry.annotation.id)).join(' ');

    expect(rows()).toBe('[2] a c b d');
    expect(ids(list.ordered())).toBe('a c b d');
    list.toggleGroup('g');
    expect(rows()).toBe('[2] b d');
    expect(ids(list.ordered())).toBe('a c b d');
  });

  test('rows between two ends are found in either direction', () => {
    expect(between(ALL, 'd', 'b')).toEqual(['b', 'c', 'd']);
    expect(between(ALL, 'b', 'd')).toEqual(['b', 'c', 'd']);
    expect(between(ALL, null, 'c')).toEqual(['c']);
    expect(between(ALL, 'gone', 'c')).toEqual(['c']);
  });

  test('ten thousand are listed, searched and sorted without a pause one would feel', () => {
    const many = Array.from({ length: 10_000 }, (_, n) => small(`id-${n}`, { category: n % 2 ? 'cell' : 'dirt' }));
    const list = new Listing(made(many));
    list.ask({ words: 'white', sort: 'size' });

    expect(list.ordered()).toHaveLength(5000);
    expect(list.ordered()).toBe(list.ordered());
  });
});

describe('walking', () => {
  test('Tab goes along the list as it is sorted and filtered, and leaves out what is hidden', () => {
    const editor = made([small('a'), annotation('b', { ...BOX, right: 300 }), small('c'), annotation('d', BOX, 'dirt')]);
    const flow = new Flow(editor, new Proposals(editor));
    flow.listing.ask({ sort: 'size', categories: new Set(['cell']) });
    editor.view.toggle('hidden', 'c');

    const walked = [1, 1, 1, -1].map((by) => (flow.step(by as 1 | -1), editor.selection.only));

    expect(walked).toEqual(['b', 'a', 'b', 'a']);
  });

  test('only with follow does Tab change the zoom', () => {
    const editor = made([small('a', { shape: { ...BOX, right: 80, bottom: 90 } })]);
    editor.viewport.resize(800, 600);
    const flow = new Flow(editor, new Proposals(editor));
    const { scale } = editor.viewport;
    flow.step(1);
    expect(editor.viewport.scale).toBe(scale);

    flow.toggle('follow');
    flow.step(1);
    expect(editor.viewport.scale).toBeGreaterThan(scale);
  });

  test('isolating shows only the selection and what is drawn meanwhile, and one more time all', () => {
    const editor = made([small('a'), small('b')]);
    const flow = new Flow(editor, new Proposals(editor));
    editor.selection.select(['a']);
    flow.isolate();
    changes.addShape(editor, BOX);

    expect(editor.store.all().filter((one) => editor.view.shows(one))).toHaveLength(2);
    expect(editor.view.shows(editor.store.get('b')!)).toBe(false);
    flow.isolate();
    expect(editor.store.all().every((one) => editor.view.shows(one))).toBe(true);
    editor.selection.select(['a', 'b', editor.store.all()[2]!.id]);
    flow.isolate(); // with nothing else there is nothing to put aside
    expect(editor.view.aside).toBeNull();
  });

  test('hiding several hides all of them first, then shows all, with one word to the painter', () => {
    const editor = made([small('a'), small('b')]);
    editor.view.toggle('hidden', 'a');
    const before = editor.view.changed.version;
    editor.view.toggleAll('hidden', new Set(['a', 'b']));
    expect([...editor.view.hidden]).toEqual(['a', 'b']);
    expect(editor.view.changed.version).toBe(before + 1);

    editor.view.toggleAll('hidden', new Set(['a', 'b']));
    expect(editor.view.hidden.size).toBe(0);
  });

  test('alike are selected by category, kind, view and list; locked ones are not', () => {
    const far = { ...BOX, left: 380, right: 395 };
    const editor = made([small('a'), small('b', { shape: far }), annotation('c', BOX, 'dirt'), small('l')]);
    const flow = new Flow(editor, new Proposals(editor));
    editor.viewport.resize(200, 200);
    editor.viewport.show({ left: 0, top: 0, right: 60, bottom: 60 });
    editor.view.toggle('locked', 'l');
    const after = (act: () => void) => (editor.selection.select(['a']), act(), [...editor.selection.ids].join(' '));

    expect(after(() => flow.selectLike('category'))).toBe('a b');
    expect(after(() => flow.selectLike('kind'))).toBe('a b c');
    expect(after(() => flow.selectInView())).toBe('a c');
    flow.listing.ask({ words: 'dirt' });
    expect(after(() => flow.selectListed())).toBe('c');
  });
});

describe('proposals', () => {
  const predicted = ['p', 'q', 'r'].map((id, n) => ({ ...annotation(id), evidence: { score: 0.9 - n * 0.3 } }));
  let editor: Editor;
  let proposals: Proposals;
  const remember = vi.fn();
  const open = () => proposals.shown().map(({ annotation: { id } }) => id).join(' ');

  beforeEach(() => {
    editor = made([]);
    remember.mockClear();
    proposals = new Proposals(editor, { rejected: [], taken: [] }, remember);
    proposals.add({ id: 'm', name: 'net', kind: 'model', annotations: predicted });
  });

  test('stand best first, and the slider keeps out what is doubtful', () => {
    expect(open()).toBe('p q r');
    proposals.setLeast(0.5);
    expect(open()).toBe('p q');
    expect(proposals.open()).toHaveLength(3);
  });

  test('accepting one takes it over with its model and goes on to the next; undo brings it back', () => {
    proposals.walk(1);
    proposals.accept([proposals.focused!]);

    expect(editor.store.all()[0]?.evidence).toMatchObject({ prediction: 'p', model: 'net', score: 0.9 });
    expect(open()).toBe('q r');
    expect(proposals.focused?.annotation.id).toBe('q');
    editor.undo();
    expect(open()).toBe('p q r');
  });

  test('rejecting in the middle goes on to the one after; at the end to the one before', () => {
    proposals.focus('q');
    proposals.reject([proposals.focused!]);
    expect(proposals.focused?.annotation.id).toBe('r');
    proposals.reject([proposals.focused!]);
    expect(proposals.focused?.annotation.id).toBe('p');
  });

  test('what was waved away is told, stays away in the next visit, and can be brought back', () => {
    proposals.reject([proposals.focused!]);
    expect(remember).toHaveBeenLastCalledWith({ rejected: ['p'], taken: [] });

    const again = new Proposals(editor, { rejected: ['p'], taken: [] });
    again.add({ id: 'm', name: 'net', kind: 'model', annotations: predicted });
    expect(again.shown().map(({ annotation: { id } }) => id)).toEqual(['q', 'r']);
    again.restore();
    expect(again.shown()).toHaveLength(3);
  });

  test('a submission of somebody else is a layer too: taken over without evidence of a model', () => {
    proposals.add({ id: 'sub', name: 'Bo', kind: 'author', annotations: [annotation('s')] });
    proposals.accept(proposals.shown().filter(({ layer }) => layer.kind === 'author'));

    const [one] = editor.store.all();
    expect(one?.id).not.toBe('s');
    expect(one?.evidence?.model ?? one?.evidence?.prediction).toBeUndefined();
    expect(open()).not.toContain('s');
    editor.undo();
    expect(open()).toContain('s');
  });

  test('of earlier work only what differs from one’s own is proposed, and taken over in its place', () => {
    const start = [small('s'), small('t')];
    editor = made(start);
    proposals = new Proposals(editor);
    proposals.add({ id: 'sub', name: 'Bo', kind: 'author', annotations: start });
    expect(open()).toBe('');

    changes.reshape(editor, new Map([['t', { ...BOX, right: 90 }]]), 'Move');
    changes.remove(editor, ['s']);
    expect(open()).toBe('s t');
    proposals.accept(proposals.shown());

    expect(open()).toBe('');
    expect(editor.store.get('t')?.shape).toEqual(BOX);
    expect(editor.store.size).toBe(2);
  });

  test('a layer that is not shown proposes nothing, and keeps its look when it comes again', () => {
    const [first] = proposals.layers;
    proposals.dress('m', { shown: false, opacity: 0.5 });
    expect(open()).toBe('');

    proposals.add({ id: 'm', name: 'net', kind: 'model', annotations: predicted });
    expect(proposals.layers[0]).toMatchObject({ shown: false, opacity: 0.5, color: first!.color });
  });

  test('one layer of predictions wears the colors of categories; more wear their own', () => {
    const layer = proposals.layers[0]!;
    expect(dressOf(layer, '#123456', true).color).toBe('#123456');
    expect(dressOf(layer, '#123456', false).color).toBe(layer.color);
    expect(dressOf({ ...layer, opacity: 0.5 }, '#123456', true).color).toBe('#12345680');
  });

  test('a click means the smallest proposal there, its edge too, and none elsewhere', () => {
    const large = annotation('large', { ...BOX, left: 0, right: 200, bottom: 200 });
    proposals.add({ id: 'm', name: 'net', kind: 'model', annotations: [large, annotation('small')] });
    const at = (x: number, y: number) => proposalAt(proposals.shown(), imagePoint(x, y), 2)?.annotation.id;

    expect([at(20, 20), at(51, 20), at(120, 120), at(300, 20)]).toEqual(['small', 'small', 'large', undefined]);
  });

  test('the same answer is the same list, so that nothing is sorted for a stroke', () => {
    const before = proposals.shown();
    changes.addShape(editor, BOX);
    expect(proposals.shown()).toBe(before);
  });
});

describe('one attribute at a time', () => {
  const cells = ['a', 'b', 'c'].map((id) => annotation(id));
  const world = (annotations: Annotation[] = cells): World => ({ annotations, categories: ONTOLOGY.categories! });
  /** Plays inputs, with the changes made as an editor would. */
  function play(start: World, ...inputs: AskInput[]) {
    let state: Asking = begin(start);
    let at = start;
    for (const input of inputs) {
      const { state: next, change } = turn(state, input, at);
      state = next;
      if (!change) continue;
      at = {
        ...at,
        annotations: at.annotations.map((one) => {
          if (one.id !== change.id) return one;
          const { [change.spec]: _, ...rest } = one.attributes ?? {};
          return { ...one, attributes: change.value === undefined ? rest : { ...rest, [change.spec]: change.value } };
        }),
      };
    }
    const valuesOf = (spec: string) => at.annotations.map(({ attributes }) => attributes?.[spec] ?? null);
    return { state, at, object: objectOf(state), progress: progressOf(state, at), valuesOf };
  }

  test('asks the attributes of the categories that are there, in their order', () => {
    expect(questionsOf(world([...cells, annotation('d', BOX, 'dirt')])).map(({ spec }) => spec.name)).toEqual(['Size', 'Nuclei', 'Wet', 'Lies on']);
    expect(questionsOf(world([]))).toEqual([]);
  });

  test('a digit chooses and goes on to the next object', () => {
    const { object, progress, valuesOf } = play(world(), { kind: 'pick', key: '2' }, { kind: 'pick', key: '1' });

    expect(valuesOf('size')).toEqual(['l', 's', null]);
    expect(object).toBe('c');
    expect(progress).toEqual({ done: 2, of: 3 });
  });

  test('after the last object nothing is asked, and a step back leads to it again', () => {
    const picks = cells.map((): AskInput => ({ kind: 'pick', key: '1' }));
    expect(play(world(), ...picks).object).toBeNull();
    expect(play(world(), ...picks, { kind: 'object', by: -1 }, { kind: 'pick', key: '2' }).valuesOf('size')).toEqual(['s', 's', 'l']);
  });

  test('objects that have a value are left out until all are wanted', () => {
    const some = world([small('a'), annotation('b'), annotation('c')]);
    expect(play(some).state.queue).toEqual(['b', 'c']);
    expect(play(some, { kind: 'scope' }).state.queue).toEqual(['a', 'b', 'c']);
  });

  test('where nothing lacks a value all are asked about', () => {
    expect(begin(world([small('a', { attributes: { size: 's', count: 2 } })])).scope).toBe('all');
  });

  test('a number out of its range is refused with a sentence, and nothing moves', () => {
    const { state, object, valuesOf } = play(world(), { kind: 'question', by: 1 }, { kind: 'text', text: '9' });
    expect(state.fault).toBe('A number from 1 to 5 is asked for.');
    expect([object, valuesOf('count')]).toEqual(['a', [null, null, null]]);

    expect(play(world(), { kind: 'question', by: 1 }, { kind: 'text', text: ' 2,5 ' }).valuesOf('count')).toEqual([2.5, null, null]);
    expect(play(world(), { kind: 'question', by: 1 }, { kind: 'text', text: 'two' }).state.fault).not.toBeNull();
  });

  test('what was typed is kept on the way elsewhere', () => {
    const { object, valuesOf } = play(world(), { kind: 'question', by: 1 }, { kind: 'text', text: '4', stay: true });
    expect([object, valuesOf('count')]).toEqual(['a', [4, null, null]]);
  });

  test('nothing typed goes on, and takes away a value that was there', () => {
    expect(play(world(), { kind: 'question', by: 1 }, { kind: 'text', text: '' }).object).toBe('b');
    const had = world([small('a', { attributes: { count: 3 } })]);
    const back = play(had, { kind: 'question', by: 1 }, { kind: 'scope' }, { kind: 'text', text: '' });
    expect(back.valuesOf('count')).toEqual([null]);
  });

  test('yes and no are letters; several choices are ticked one by one and stay', () => {
    const dirt = world([annotation('d', BOX, 'dirt'), annotation('e', BOX, 'dirt')]);
    expect(play(dirt, { kind: 'pick', key: 'n' }, { kind: 'pick', key: 'Y' }).valuesOf('wet')).toEqual([false, true]);

    const ticked = play(dirt, { kind: 'question', by: 1 }, { kind: 'pick', key: '1' }, { kind: 'pick', key: '2' }, { kind: 'pick', key: '1' });
    expect([ticked.valuesOf('on'), ticked.object]).toEqual([[['b'], null], 'd']);
  });

  test('keys that mean no option do nothing', () => {
    expect(play(world(), { kind: 'pick', key: '3' }, { kind: 'pick', key: 'Z' }, { kind: 'pick', key: 'y' }).valuesOf('size')).toEqual([null, null, null]);
  });

  test('questions go round, and stay with the object where it is asked about too', () => {
    expect(play(world(), { kind: 'object', by: 1 }, { kind: 'question', by: 1 }).object).toBe('b');
    expect(play(world(), { kind: 'question', by: -1 }).state.question?.spec.id).toBe('count');
  });

  test('in the studio the object asked about is selected and shown, and one deleted elsewhere is left out', () => {
    const editor = made(cells);
    editor.viewport.resize(800, 600);
    const flow = new Flow(editor, new Proposals(editor));
    flow.toggleAsking();
    flow.ask({ kind: 'pick', key: '1' });
    expect(editor.selection.only).toBe('b');
    expect(editor.store.get('a')?.attributes).toEqual({ size: 's' });

    editor.perform('Delete', [{ kind: 'delete', id: 'c' }]);
    expect(flow.asking?.queue).toEqual(['a', 'b']);
    flow.toggleAsking();
    expect(flow.asking).toBeNull();
  });

  test('nothing to ask is no fault', () => {
    const state = begin(world([]));
    expect(objectOf(state)).toBeNull();
    expect(turn(state, { kind: 'pick', key: '1' }, world([])).change).toBeNull();
    expect(turn(state, { kind: 'question', by: 1 }, world([])).state.question).toBeNull();
  });
});
