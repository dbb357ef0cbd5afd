/** The map of rooms (docs/architecture.md) held to: who leans on whom, no cycles, no god files. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const SOURCE = fileURLToPath(new URL('../src', import.meta.url));
const LONGEST = 500; // lines

/** What each room of the engine may import; all may read the wire types. */
const LEANS: Record<string, readonly string[]> = {
  geometry: [],
  language: ['locales'],
  model: ['geometry', 'language'],
  editor: ['geometry', 'model', 'language'],
  tools: ['geometry', 'model', 'editor', 'language'],
  render: ['geometry', 'model', 'editor', 'language'],
  sync: ['geometry', 'model', 'editor', 'language'],
  smart: ['geometry', 'model', 'editor', 'language'],
};

interface File {
  path: string;
  text: string;
  imports: string[];
}

const FILES: File[] = (readdirSync(SOURCE, { recursive: true }) as string[])
  .filter((path) => /\.tsx?$/.test(path) && !path.endsWith('.test.ts') && path !== join('model', 'api.ts'))
  .map((path) => {
    const text = readFileSync(join(SOURCE, path), 'utf8');
    return { path, text, imports: importsOf(path, text) };
  });

/** Modules that are needed when it runs: types alone bind nobody. */
function importsOf(path: string, text: string): string[] {
  const found = [...text.matchAll(/^(?:import|export)\s(?!type\b)[^'"]*?from\s+'(\.[^']+)'|^import\s+'(\.[^']+)'/gms)];
  return found.map(([, from, bare]) => relative(SOURCE, join(SOURCE, dirname(path), (from ?? bare)!)));
}

const roomOf = (path: string) => path.split('/')[0]!;

test('rooms lean on those below them, and those side by side on none of the others', () => {
  const wrong = FILES.flatMap(({ path, imports }) => {
    const allowed = LEANS[roomOf(path)];
    if (!allowed) return [];
    return imports
      .filter((target) => target.includes('/') && roomOf(target) !== roomOf(path) && !allowed.includes(roomOf(target)))
      .map((target) => `${path} imports ${target}`);
  });

  expect(wrong).toEqual([]);
});

test('no file needs one that needs it', () => {
  const known = new Map(FILES.map((file) => [file.path.replace(/(\/index)?\.tsx?$/, ''), file]));
  const state = new Map<string, 'open' | 'done'>();
  const cycles: string[] = [];
  const visit = (name: string, way: string[]) => {
    if (state.get(name) === 'done') return;
    if (state.get(name) === 'open') {
      cycles.push([...way.slice(way.indexOf(name)), name].join(' → '));
      return;
    }
    state.set(name, 'open');
    for (const target of known.get(name)?.imports ?? []) visit(target.replace(/\.tsx?$/, ''), [...way, name]);
    state.set(name, 'done');
  };
  for (const name of known.keys()) visit(name, []);

  expect(cycles).toEqual([]);
});

test('no file holds more than a few ideas', () => {
  const long = FILES.filter(({ text }) => text.split('\n').length > LONGEST).map(({ path }) => path);

  expect(long).toEqual([]);
});
