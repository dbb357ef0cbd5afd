/** Undo that leaves to others what they changed, and reaches across sessions. */
import { expect, test } from 'vitest';

import * as changes from '../src/editor/changes';
import { choose } from '../src/editor/conflicts';
import { Editor } from '../src/editor/editor';
import { type Stacks, stepsOf } from '../src/editor/history';
import { WorkMeter } from '../src/editor/meter';
import { fold } from '../src/model/fold';
import type { Operation } from '../src/model/operations';
import { counting } from '../src/sync/elapsed';
import type { Annotation } from '../src/wire';
import { annotation, BOX, ONTOLOGY } from './support';

const WIDE = { ...BOX, right: 90 };
const TALL = { ...BOX, bottom: 70 };

function begun(annotations: Annotation[] = [annotation('a')]) {
  const sent: Operation[] = [];
  const words: string[] = [];
  const editor = new Editor({ width: 100, height: 80, annotations, ontology: ONTOLOGY, member: 'ana' });
  editor.onOperations = (operations) => sent.push(...operations);
  editor.onWord = (word) => words.push(word);
  const elsewhere = (state: Annotation | null, id = 'a') => editor.takeOver(new Map([[id, state]]));
  return { editor, sent, words, elsewhere, a: () => editor.store.get('a') };
}

test('undo takes back what its step changed, and leaves the rest as others made it', () => {
  const { editor, elsewhere, a, sent, words } = begun();
  changes.reshape(editor, new Map([['a', WIDE]]), 'Move');
  elsewhere({ ...a()!, category: 'dirt' });
  editor.undo();

  expect(a()).toMatchObject({ shape: BOX, category: 'dirt' });
  expect(sent.at(-1)).toMatchObject({ kind: 'put', fields: ['shape'], turn: 'undo' });
  expect(words).toEqual([]);
});

test('what was changed elsewhere since is not taken back, and that is said', () => {
  const { editor, elsewhere, a, sent, words } = begun();
  changes.reshape(editor, new Map([['a', WIDE]]), 'Move');
  elsewhere({ ...a()!, shape: TALL });
  editor.undo();

  expect(a()?.shape).toEqual(TALL);
  expect(sent).toHaveLength(1);
  expect(words[0]).toContain('“Move”');
});

test('undoing a drawing that somebody else went on with does not delete it', () => {
  const { editor, elsewhere, words } = begun([]);
  changes.addShape(editor, BOX);
  const drawn = editor.store.all()[0]!;
  elsewhere({ ...drawn, shape: TALL }, drawn.id);
  editor.undo();

  expect(editor.store.get(drawn.id)?.shape).toEqual(TALL);
  expect(words).toHaveLength(1);
});

test('undoing a change of what somebody else deleted does not bring it back', () => {
  const { editor, elsewhere, a, words } = begun();
  changes.reshape(editor, new Map([['a', WIDE]]), 'Move');
  elsewhere(null);
  editor.undo();

  expect(a()).toBeUndefined();
  expect(words).toHaveLength(1);
});

test('an edit that changes nothing is no step and sends nothing', () => {
  const { editor, sent } = begun();
  changes.reshape(editor, new Map([['a', { ...BOX }]]), 'Move');

  expect([sent.length, editor.history.canUndo]).toEqual([0, false]);
});

test('a choice between versions that is taken back asks again, and made again settles again', () => {
  const { editor, sent, a } = begun();
  const aside = { operation: 'z', fields: ['shape'], annotation: { id: 'a', category: 'cell', shape: WIDE } };
  choose(editor, 'a', aside, 'standing');
  editor.undo();
  editor.redo();
  choose(editor, 'a', aside, 'aside');
  editor.undo();

  expect(sent.map(({ settles, reopens }) => [settles, reopens])).toEqual([
    [['z'], undefined],
    [undefined, ['z']],
    [['z'], undefined],
    [['z'], undefined],
    [undefined, ['z']],
  ]);
  expect(a()?.shape).toEqual(BOX);
});

test('steps read from operations undo like those of this session, one gesture at a time', () => {
  const before = begun([annotation('a'), annotation('b')]);
  changes.reshape(before.editor, new Map([['a', WIDE], ['b', WIDE]]), 'Move 2');
  changes.remove(before.editor, ['a']);
  before.editor.undo();
  const start = [annotation('a'), annotation('b')];
  const after = begun(fold(start, before.sent));
  after.editor.history.place(stepsOf(start, before.sent));

  expect(after.editor.history.nextUndo).toBe('Move 2');
  after.editor.redo();
  expect(after.a()).toBeUndefined();
  after.editor.undo();
  after.editor.undo();
  expect(after.editor.store.all().map(({ shape }) => shape)).toEqual([BOX, BOX]);
});

test('earlier steps are asked for once, when the own ones are used up', async () => {
  const { editor, a, words } = begun([annotation('a', WIDE)]);
  let asked = 0;
  const earlier: Stacks = {
    done: [{ id: 's', title: 'Move', changes: [{ id: 'a', before: annotation('a'), after: annotation('a', WIDE) }] }],
    undone: [],
  };
  editor.history.reach = () => (asked++, Promise.resolve(earlier));
  changes.addShape(editor, BOX);
  editor.undo();
  editor.undo();
  await new Promise((done) => setTimeout(done));
  expect(a()?.shape).toEqual(BOX);

  editor.undo();
  expect([asked, editor.history.canUndo, words]).toEqual([1, false, []]);
});

test('a server that does not answer is asked again at the next undo', async () => {
  const { editor, words } = begun();
  editor.history.reach = () => Promise.reject(new TypeError('network'));
  editor.undo();
  await new Promise((done) => setTimeout(done));

  expect(words[0]).toContain('does not answer');
  expect(editor.history.canUndo).toBe(true);
});

test('a clock that is set back takes no work away, one set forward adds none', () => {
  let now = 100_000;
  const meter = new WorkMeter(() => now);
  meter.alive();
  now += 2000;
  meter.alive();
  now -= 3_600_000;
  meter.alive();
  now += 1000;
  meter.alive();
  now += 86_400_000;

  expect(meter.lap()).toBe(3);
});

test('time that passed is never counted too short, whichever clock stands still or is set back', () => {
  const [wall, steady] = [Date.now, performance.now];
  let [at, ran] = [1_000_000, 50];
  Date.now = () => at;
  performance.now = () => ran;
  try {
    const passed = counting();
    [at, ran] = [at - 3_600_000, ran + 4000]; // the wall clock was set back
    expect(passed()).toBe(4000);
    [at, ran] = [1_000_000 + 9000, ran]; // the machine slept
    expect(passed()).toBe(9000);
  } finally {
    [Date.now, performance.now] = [wall, steady.bind(performance)];
  }
});

test('what is wrong with an annotation is named, taken back, undone and brought back', () => {
  const editor = new Editor({ width: 100, height: 80, annotations: [annotation('a')], ontology: ONTOLOGY, member: 'rita', judges: true });
  const sent: Operation[] = [];
  editor.onOperations = (operations) => sent.push(...operations);
  const said = () => editor.store.get('a')?.evidence;

  changes.nameError(editor, ['a'], 'loose_shape');
  changes.nameError(editor, ['a'], 'extra');
  expect(said()).toMatchObject({ verdict: 'returned', errors: ['loose_shape', 'extra'] });
  changes.nameError(editor, ['a'], 'loose_shape');
  expect(said()?.errors).toEqual(['extra']);
  editor.undo();
  expect(said()?.errors).toEqual(['loose_shape', 'extra']);
  editor.undo();
  editor.undo();
  expect(said()?.verdict ?? null).toBeNull();
  editor.redo();

  expect(said()).toMatchObject({ verdict: 'returned', errors: ['loose_shape'] });
  expect(fold([annotation('a')], sent)[0]?.evidence).toMatchObject({ verdict: 'returned', errors: ['loose_shape'] });
});
