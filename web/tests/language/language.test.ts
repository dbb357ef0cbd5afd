/** Sentences, numbers and plurals in the language of the moment. */
import { afterEach, describe, expect, test } from 'vitest';

import { counted, knows, language, onLanguage, preferred, speak, spoken, t } from '../../src/language/language';
import { problemWords } from '../../src/language/problems';
import { reasonWords } from '../../src/language/reasons';
import { duration, number, percent, STATE_WORDS } from '../../src/ui/words';

afterEach(() => speak('en'));

test('English stands as it is written, and fills in its blanks', () => {
  expect(t('Nothing is marked yet')).toBe('Nothing is marked yet');
  expect(t('Back to {{name}}', { name: 'Cells' })).toBe('Back to Cells');
});

test('English counts with its singular', () => {
  expect(t('{{count}} items to annotate', { count: 1 })).toBe('1 item to annotate');
  expect(t('{{count}} items to annotate', { count: 1200 })).toBe('1,200 items to annotate');
  expect([counted(1, 'entry', 'entries'), counted(2, 'entry', 'entries'), counted(0, 'item')]).toEqual([
    '1 entry',
    '2 entries',
    '0 items',
  ]);
});

test('a name that looks like a blank or a key stays what it is', async () => {
  const name = '{{count}} $t(Items) <b>x</b>';

  expect(t('Back to {{name}}', { name })).toBe(`Back to ${name}`);
  await speak('zh-Hant');
  expect(t('Back to {{name}}', { name })).toBe(`回到 ${name}`);
});

test('another language is spoken from the moment it is chosen', async () => {
  let heard = 0;
  const stop = onLanguage(() => (heard += 1));

  await speak('zh-Hant');
  await speak('zh-Hant');
  stop();

  expect(heard).toBe(1);
  expect(language()).toBe('zh-Hant');
  expect(t('Save')).toBe('儲存');
  expect(counted(1200, 'annotation')).toBe('1,200 個標註');
  expect(percent(1, 4)).toBe('25%');
  expect(duration(125)).toBe('2 分 5 秒');
  expect(number(12345)).toBe('12,345');
});

test('a table of words made early answers in the language of the moment', async () => {
  const table = spoken({ a: 'Save', b: 'Cancel' });
  const before = { ...table };

  await speak('zh-Hant');

  expect(before).toEqual({ a: 'Save', b: 'Cancel' });
  expect(Object.values(table)).toEqual(['儲存', '取消']);
  expect(STATE_WORDS.done).toBe('完成');
});

test('the choice that was made last holds, however slow its catalogue is', async () => {
  await Promise.all([speak('zh-Hant'), speak('en')]);

  expect(language()).toBe('en');
});

test('a sentence that the catalogue lacks is shown in English', async () => {
  await speak('zh-Hant');

  expect(t('Nobody has translated this')).toBe('Nobody has translated this');
  expect([knows('Save'), knows('Nobody has translated this')]).toEqual([true, false]);
});

test.each([
  [['zh-TW', 'en-US'], 'zh-Hant'],
  [['zh-Hant-HK'], 'zh-Hant'],
  [['ZH-hk'], 'zh-Hant'],
  [['zh-CN', 'zh'], 'en'],
  [['de-CH', 'zh-TW', 'en'], 'zh-Hant'],
  [['en-GB', 'zh-TW'], 'en'],
  [['xx'], 'en'],
  [[], 'en'],
])('a browser that reads %s is served in %s', (tags, wanted) => {
  expect(preferred(tags)).toBe(wanted);
});

describe('what the server refused', () => {
  const remedy = 'Choose another name.';
  const detail = 'There is already a project named “Cells {{x}}”.';

  test('is told in its own words in English', () => {
    expect(problemWords('conflict.name_taken', detail, remedy)).toEqual({ title: detail, remedy });
  });

  test('is told by its code in another language, with the server’s sentence after it', async () => {
    await speak('zh-Hant');

    expect(problemWords('conflict.name_taken', detail, remedy)).toEqual({
      title: '這個名稱已被使用',
      remedy: `${detail} 請換一個名稱。`,
    });
  });

  test('keeps a sentence of an unknown code as it came', async () => {
    await speak('zh-Hant');

    expect(problemWords('novel.kind', 'Something {{odd}}.', null)).toEqual({ title: 'Something {{odd}}.', remedy: '' });
  });
});

test('a reason of the server is said anew with its facts', async () => {
  const reasons = ['2.8 × smaller than other Mast cells', 'touches the border of the image', 'looks (odd) to me'];

  expect(reasons.map(reasonWords)).toEqual(reasons);
  await speak('zh-Hant');
  expect(reasons.map(reasonWords)).toEqual(['大小為其他 Mast cells 的 1/2.8', '碰到影像邊緣', 'looks (odd) to me']);
});
