/**
 * How long the check of label rules takes among 10,000 annotations: after one edit, and of all.
 *
 * Run by `npx vitest bench tests/rules.bench.ts`; the columns are milliseconds.
 */
import { bench, describe } from 'vitest';

import { RuleBook } from '../src/model/rule-book';
import type { Annotation, Ontology, Shape } from '../src/wire';

const COUNT = 10_000;
const [WIDTH, HEIGHT] = [4000, 3000];

const ONTOLOGY: Ontology = {
  categories: [
    { id: 'cell', name: 'Cell' },
    { id: 'nucleus', name: 'Nucleus' },
  ],
  rules: [
    { id: '1', kind: 'minimum_size', categories: ['cell'], width: 4, height: 4 },
    { id: '2', kind: 'must_not_overlap', categories: ['cell'], others: ['cell'], above: 0.5 },
    { id: '3', kind: 'inside', categories: ['nucleus'], others: ['cell'], share: 0.9 },
    { id: '4', kind: 'must_touch', categories: ['cell'], others: ['cell'], within: 20 },
    { id: '5', kind: 'inside', categories: ['cell', 'nucleus'], image: true },
    { id: '6', kind: 'no_self_crossing', categories: ['cell', 'nucleus'] },
    { id: '7', kind: 'count', categories: ['cell'], at_least: 1 },
    { id: '8', kind: 'count_inside', categories: ['nucleus'], others: ['cell'], at_most: 2 },
  ],
};

/** The same scene each time: places from multiples of irrational numbers. */
function scene(shape: (x: number, y: number, turn: number) => Shape): Annotation[] {
  return Array.from({ length: COUNT }, (_, i) => ({
    id: `a${i}`,
    category: i % 3 ? 'cell' : 'nucleus',
    shape: shape(30 + ((i * 0.6180339887) % 1) * (WIDTH - 60), 30 + ((i * 0.7548776662) % 1) * (HEIGHT - 60), i),
  }));
}

const polygon = (x: number, y: number, turn: number): Shape => ({
  kind: 'polygon',
  parts: [[Array.from({ length: 30 }, (_, k): [number, number] => {
    const angle = (2 * Math.PI * k) / 30;
    const radius = 15 + 4 * Math.sin(3 * angle + turn);
    return [x + radius * Math.cos(angle), y + radius * Math.sin(angle)];
  })]],
});
const box = (x: number, y: number): Shape => ({ kind: 'box', left: x - 15, top: y - 15, right: x + 15, bottom: y + 15 });

for (const [name, shape] of [['boxes', box], ['polygons of 30 corners', polygon]] as const) {
  describe(`${COUNT.toLocaleString('en')} ${name}, ${ONTOLOGY.rules!.length} rules`, () => {
    const all = scene(shape);
    const book = new RuleBook(ONTOLOGY, WIDTH, HEIGHT);
    book.note(all);
    book.work();
    let turn = 0;
    let now: readonly Annotation[] = all;
    bench('after one edit', () => {
      const at = (turn++ * 7919) % COUNT;
      const moved = shape(30 + ((turn * 0.31) % 1) * (WIDTH - 60), 30 + ((turn * 0.47) % 1) * (HEIGHT - 60), turn);
      now = now.map((annotation, i) => (i === at ? { ...annotation, shape: moved } : annotation));
      book.note(now);
      book.work();
    }, { iterations: 300, time: 2000 });
    bench('all of them, when an item is opened', () => {
      const fresh = new RuleBook(ONTOLOGY, WIDTH, HEIGHT);
      fresh.note(all);
      fresh.work();
    }, { iterations: 3, time: 100 });
  });
}
