// docs/shortcuts.md is the table of actions; `UPDATE_DOCS=1 npx vitest run tests/shortcuts.test.ts` writes it anew.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

import { ACTIONS } from '../src/editor/actions';

const PAGE = fileURLToPath(new URL('../../docs/shortcuts.md', import.meta.url));

function page(): string {
  const groups = [...new Set(ACTIONS.map(({ group }) => group))];
  const sections = groups.map((group) => {
    const rows = ACTIONS.filter((action) => action.group === group).map(
      ({ title, keys }) => `| ${title} | ${keys.map((key) => `\`${key}\``).join(', ')} |`,
    );
    return [`## ${group}`, '', '| action | keys |', '| --- | --- |', ...rows].join('\n');
  });
  const head =
    '# Shortcuts\n\nThis page is generated from the table of actions (`make docs`). Categories have the keys of the ontology,\n' +
    'or 1 to 9. On a Mac, Ctrl is the command key. Everybody may choose other keys in the studio’s help.';
  return `${[head, ...sections].join('\n\n')}\n`;
}

test('the page of shortcuts is what the table of actions says', () => {
  if (process.env.UPDATE_DOCS) writeFileSync(PAGE, page());

  expect(readFileSync(PAGE, 'utf8')).toBe(page());
});

test('no two actions of the same moment have the same key', () => {
  // Keys may be shared where `enabled` tells the moments apart; without it the first would always win.
  const always = ACTIONS.filter(({ enabled }) => !enabled);
  const keys = always.flatMap(({ keys: own }) => own);

  expect(keys.filter((key, i) => keys.indexOf(key) !== i)).toEqual([]);
});
