import { beforeEach, describe, expect, test } from 'vitest';

import { ACTIONS } from '../src/editor/actions';
import { Keymap, type Keyed, normalKey } from '../src/editor/keymap';

const BOX: Keyed = { id: 'box', title: 'Draw boxes', keys: ['B'] };
const PAN: Keyed = { id: 'pan', title: 'Move the view', keys: ['H'] };
const SUBMIT: Keyed = { id: 'submit', title: 'Submit', keys: ['Ctrl+Enter'] };
const ACCEPT: Keyed = { id: 'accept', title: 'Accept', keys: ['Ctrl+Enter'] };
const TABLE = [BOX, PAN, SUBMIT, ACCEPT];

let keys: Keymap;
beforeEach(() => {
  keys = new Keymap();
});

test('an action has the keys of the table until it is given another', () => {
  expect(keys.of(BOX)).toEqual(['B']);

  expect(keys.give(BOX, 'shift+ctrl+x', TABLE, { instead: 'B' })).toEqual({ kind: 'given' });

  expect(keys.of(BOX)).toEqual(['Ctrl+Shift+X']);
  expect(keys.isOwn('box')).toBe(true);
});

test('a key that another action has is refused with its name, and moved with consent', () => {
  expect(keys.give(BOX, 'H', TABLE)).toEqual({ kind: 'taken', by: [PAN] });
  expect(keys.of(BOX)).toEqual(['B']);

  keys.give(BOX, 'H', TABLE, { move: true });

  expect(keys.of(BOX)).toEqual(['B', 'H']);
  expect(keys.of(PAN)).toEqual([]);
});

test('actions that share a key in the table go on sharing it', () => {
  keys.give(SUBMIT, 'Alt+S', TABLE, { instead: 'Ctrl+Enter' });

  expect(keys.give(SUBMIT, 'Ctrl+Enter', TABLE)).toEqual({ kind: 'given' });
  expect(keys.of(ACCEPT)).toEqual(['Ctrl+Enter']);
});

test.each(['Ctrl+W', 'Ctrl+Shift+N', 'Escape', ' ', 'F12'])('%s belongs to the browser or the studio', (key) => {
  expect(keys.give(BOX, key, TABLE)).toMatchObject({ kind: 'refused' });
  expect(keys.isOwn('box')).toBe(false);
});

test('going back to the table asks where another action has the key by now', () => {
  keys.give(BOX, 'X', TABLE, { instead: 'B' });
  keys.give(PAN, 'B', TABLE);

  expect(keys.reset(BOX, TABLE)).toEqual({ kind: 'taken', by: [PAN] });
  expect(keys.reset(BOX, TABLE, { move: true })).toEqual({ kind: 'given' });
  expect(keys.of(BOX)).toEqual(['B']);
  expect(keys.of(PAN)).toEqual(['H']);
});

test('keys go out as text and come back the same', () => {
  keys.give(BOX, 'X', TABLE);
  keys.take(PAN, 'H');
  const other = new Keymap();

  other.read(keys.text(), TABLE);

  expect(TABLE.map((action) => other.of(action))).toEqual(TABLE.map((action) => keys.of(action)));
  expect(other.text()).toBe(keys.text());
});

describe('bad text', () => {
  const text = (own: unknown) => JSON.stringify({ format: 'labelwright-keys', version: 1, keys: own });

  test.each([
    ['no JSON', '{', 'This is not JSON.'],
    ['something else', '{"keys": {}}', 'These are no keys of Labelwright'],
    ['null', 'null', 'These are no keys of Labelwright'],
    ['a key that is none', text({ box: ['Ctrl+'] }), '“Ctrl+” cannot be a key of “box”'],
    ['a number', text({ box: [7] }), '“7” cannot be a key'],
    ['a key of the browser', text({ box: ['Ctrl+W'] }), 'Browsers keep Ctrl+W'],
    ['no list', text({ box: 'B' }), 'The keys of “box” are no list'],
    ['one key for two', text({ box: ['H'] }), 'H would mean both “Draw boxes” and “Move the view”. Nothing was changed.'],
  ])('%s is refused with a sentence and changes nothing', (_name, given, sentence) => {
    keys.give(BOX, 'X', TABLE);
    expect(() => keys.read(given, TABLE)).toThrow(sentence);
    expect(keys.of(BOX)).toEqual(['B', 'X']);
  });
});

test('two actions may swap their keys in one text', () => {
  keys.read(JSON.stringify({ format: 'labelwright-keys', version: 1, keys: { box: ['H'], pan: ['B'] } }), TABLE);

  expect([keys.of(BOX), keys.of(PAN)]).toEqual([['H'], ['B']]);
});

test.each([
  ['b', 'B'],
  ['Shift+Ctrl+z', 'Ctrl+Shift+Z'],
  ['+', '+'],
  ['Ctrl++', 'Ctrl++'],
  ['ArrowLeft', 'ArrowLeft'],
  ['Control', null],
  ['Ctrl+Ctrl+A', null],
  ['', null],
  ['Hyper+A', null],
])('%s is written %s', (given, written) => {
  expect(normalKey(given)).toBe(written);
});

test('every key of the table is written as the keymap writes it', () => {
  for (const { keys: own } of ACTIONS) for (const key of own) expect(normalKey(key)).toBe(key);
});
