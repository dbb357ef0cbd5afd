/** The scanner sees what it should see; otherwise the catalogue’s tests would pass for the wrong reason. */
import { expect, test } from 'vitest';

import { forgottenIn, keysIn, parsed } from './scan';

const keys = (text: string) => keysIn(parsed('a.tsx', text)).map(({ sentence }) => sentence);
const forgotten = (text: string) => forgottenIn(parsed('a.tsx', text)).map(({ sentence }) => sentence);

test('sentences are found in every way of saying them', () => {
  expect(keys("t('One'); t(x ? 'Two' : 'Three', { a }); phrase('Four');")).toEqual(['One', 'Two', 'Three', 'Four']);
  expect(keys("count(n, 'item'); count(n, 'entry', 'entries'); count(n, noun);")).toEqual([
    '{{count}} items',
    '{{count}} entries',
  ]);
  expect(keys("const A = spoken({ a: 'Five', b: 'Six' });")).toEqual(['Five', 'Six']);
  expect(keys('<Marked sentence="See <a>there</a>" parts={parts} />')).toEqual(['See <a>there</a>']);
  expect(keys("({ id: 'x', title: 'Undo', group: 'Edit', keys: [] })")).toEqual(['Undo', 'Edit']);
});

test('text between tags, in seen attributes and in expressions is English left behind', () => {
  expect(forgotten('<p>Hello there</p>')).toEqual(['Hello there']);
  expect(forgotten('<Button title="Save it" className="Big one" />')).toEqual(['Save it']);
  expect(forgotten("<p>{ok ? 'All is well' : `Only ${n} of them`}</p>")).toEqual(['All is well', 'Only … of them']);
  expect(forgotten("const words = { a: 'Waiting', b: 'In review' };")).toEqual(['Waiting', 'In review']);
});

test('what is translated, compared, or meant for machines is not', () => {
  expect(forgotten("<p title={t('Save it')}>{t('All is {{how}}', { how })}</p>")).toEqual([]);
  expect(forgotten("if (event.key === 'Enter' || kind === 'Some words') throw new Error('Stands outside of it');")).toEqual([]);
  expect(forgotten('<p className="some class" data-testid="the thing here">· 12 / {n}</p>')).toEqual([]);
});

test('words inside the values of a sentence are looked at too', () => {
  expect(forgotten("t('Is {{how}}', { how: ok ? 'Quite well' : x })")).toEqual(['Quite well']);
});
