/** The catalogues and the source say the same sentences, with the same blanks in them. */
import { describe, expect, test } from 'vitest';

import { LANGUAGES } from '../../src/language/language';
import english from '../../src/locales/en.json';
import { type Found, forgottenIn, keysIn, sources } from './scan';

const ERRORS = import.meta.glob<string>('../../../src/labelwright/core/errors.py', {
  query: '?raw',
  import: 'default',
  eager: true,
});
type Catalogue = Record<string, string>;

const FILES = import.meta.glob<Catalogue>(['../../src/locales/*.json', '!../../src/locales/en.json'], {
  import: 'default',
  eager: true,
});
const CATALOGUES = Object.entries(FILES).map(
  ([path, catalogue]) => [/([^/]+)\.json$/.exec(path)![1]!, catalogue] as const,
);

const SOURCES = sources();
const SPOKEN = SOURCES.flatMap(keysIn);
const SENTENCES = new Set(SPOKEN.map(({ sentence }) => sentence));
const REMEDIES = Object.values(ERRORS)
  .flatMap((text) => [...text.matchAll(/remedy = "(.+)"$/gm)])
  .map((found) => found[1]!);

/** Placeholders and tags: what a translation must not lose or make up. */
function blanks(sentence: string): string[] {
  return [...new Set(sentence.match(/\{\{\w+\}\}|<\/?\w+>/g) ?? [])].sort();
}

/** The sentence that an entry translates: plural forms carry a suffix. */
const sentenceOf = (key: string) => (SENTENCES.has(key) ? key : key.replace(/_(zero|one|two|few|many|other)$/, ''));

const told = (found: Found[]) => found.map(({ sentence, place }) => `${place}: ${sentence}`);

test('the source speaks, and the server’s remedies are read', () => {
  expect(SENTENCES.size).toBeGreaterThan(300);
  expect(REMEDIES.length).toBeGreaterThan(10);
});

test('every language beside English has a catalogue, and every catalogue a language', () => {
  expect(CATALOGUES.map(([tag]) => tag).sort()).toEqual(Object.keys(LANGUAGES).filter((tag) => tag !== 'en').sort());
});

describe.each(CATALOGUES)('the catalogue %s', (_tag, catalogue) => {
  test('has every sentence of the source', () => {
    const translated = new Set(Object.keys(catalogue).map(sentenceOf));

    expect(told(SPOKEN.filter(({ sentence }) => !translated.has(sentence)))).toEqual([]);
  });

  test('has every remedy that the server may name', () => {
    expect(REMEDIES.filter((remedy) => !(remedy in catalogue))).toEqual([]);
  });

  test('has no sentence that nobody says any more', () => {
    const known = new Set([...SENTENCES, ...REMEDIES]);

    expect(Object.keys(catalogue).filter((key) => !known.has(sentenceOf(key)))).toEqual([]);
  });

  test('keeps the blanks of every sentence', () => {
    const broken = Object.entries(catalogue).filter(([key, value]) => String(blanks(sentenceOf(key))) !== String(blanks(value)));

    expect(broken).toEqual([]);
  });

  test('leaves no translation empty', () => {
    expect(Object.entries(catalogue).filter(([, value]) => !value.trim())).toEqual([]);
  });
});

test('every counted sentence has its English singular', () => {
  const counted = SPOKEN.filter(({ sentence, isCounted }) => sentence.includes('{{count}}') && !isCounted);

  expect(told(counted.filter(({ sentence }) => !(`${sentence}_one` in english)))).toEqual([]);
});

test('no English singular is left over, and each keeps its blanks', () => {
  const entries = Object.entries(english).map(([key, value]) => [sentenceOf(key), value] as const);

  expect(entries.filter(([key]) => !SENTENCES.has(key))).toEqual([]);
  expect(entries.filter(([key, value]) => blanks(value).some((blank) => !blanks(key).includes(blank)))).toEqual([]);
});

/** The folders whose words all go through the catalogues. */
const CONVERTED = /^(pages|ui)\//;

/** Literals that read like sentences and are none, names of things, and examples of what one may type. */
const ALLOWED = [
  /^(Labelwright|SHA-256|Alt|· id|noreferrer noopener|… px|detector@1\.4|\/data\/\w+)$/,
  // Keys of the keyboard stand as they are printed on it.
  /^(Enter|Space|Escape|Tab|Shift|Ctrl|Alt|Delete|Backspace|Home|End|PageUp|PageDown|Arrow\w+|\w+\+\w+)$/,
  // An ontology as YAML, and the names of keypoints as COCO has them.
  /^categories:\n/,
  /^(left|right) (eye|ear|shoulder|elbow|wrist|hip|knee|ankle)$/,
];

test('no English is left behind in the pages', () => {
  const forgotten = SOURCES.filter(({ path }) => CONVERTED.test(path)).flatMap(forgottenIn);

  expect(told(forgotten.filter(({ sentence }) => !ALLOWED.some((form) => form.test(sentence))))).toEqual([]);
});
