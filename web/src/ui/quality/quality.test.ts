import { expect, test } from 'vitest';

import { noteFor } from '../studio/confusion-words';
import { gridOf } from './confusion-matrix';
import { sum } from './cost-tables';
import { figure, leastFirst, meaning, money, onBar, shade, span, square } from './figures';
import { pointsOf } from './forecast-points';
import { changed } from './rates-form';
import { noticed, placeOf, points, smoothed } from './spark';
import type { Confusion, ForecastView, Measure } from './wire';

const measure = (given: Partial<Measure>): Measure => ({
  method: 'instance_alpha', value: 0.8, low: 0.7, high: 0.9, level: 0.95, n: 10, reason: null, ...given,
});

test('a number is written by its method, and none is a dash, never 0', () => {
  expect(figure('instance_alpha', 0.8049)).toBe('0.80');
  expect(figure('f1', 0.955)).toBe('95.5 %');
  expect(figure('hausdorff95', 3.14)).toBe('3.1 px');
  expect(figure('f1', null)).toBe('–');
});

test('an interval that is not there is not made up', () => {
  expect(span(measure({}))).toBe('0.70 to 0.90');
  expect(span(measure({ low: null }))).toBeNull();
});

test('what a headline means goes by its lower end', () => {
  const wide = meaning(measure({ value: 0.85, low: 0.3 }));
  const sure = meaning(measure({ value: 0.85, low: 0.81 }));

  expect(sure).toMatch(/agree well/);
  expect(wide).toMatch(/too little/);
  expect(meaning(measure({ value: -0.1, low: -0.2 }))).toMatch(/hardly/);
});

test('a bar holds what lies outside of it, and stays empty without a value', () => {
  expect(onBar(measure({ value: -0.2, low: -0.5, high: 0.1 }))).toEqual({ at: 0, from: 0, to: 10 });
  expect(onBar(measure({ value: null }))).toBeNull();
  expect(onBar(measure({ low: null, high: null }))).toEqual({ at: 80, from: 80, to: 80 });
  expect([shade(null), shade(-1), shade(2)]).toEqual([0, 0, 1]);
});

test('a pair stands in its square both ways, and nobody beside themselves', () => {
  const pair = { first: 'a', second: 'c' };

  expect(square(['a', 'b', 'c'], [pair])).toEqual([
    [null, null, pair],
    [null, null, null],
    [pair, null, null],
  ]);
});

test('items that nobody measured come after the others', () => {
  expect(leastFirst([{ agreement: null }, { agreement: 1 }, { agreement: 0 }]).map((one) => one.agreement)).toEqual([0, 1, null]);
});

test('money has its cents, and less than a cent is not nothing', () => {
  expect(money(1234.5, '€')).toBe('1,234.50 €');
  expect(money(0.0042, '€')).toBe('0.0042 €');
  expect(money(0, '')).toBe('0.00');
  expect(money(null, '€')).toBe('–');
});

test('a rate that is emptied is gone; a rate of nothing stays', () => {
  expect(changed({ annotator: 5 }, 'annotator', '')).toEqual({});
  expect(changed({}, 'annotator', 0)).toEqual({ annotator: 0 });
});

test('lines of a ledger add up', () => {
  const line = { name: 'a', seconds: 2, seconds_each: null, cost: 1.5, each: null, accepted: 0 };

  expect(sum([line, { ...line, cost: null }])).toEqual({ seconds: 4, cost: 1.5 });
});

test('a confusion matrix has nothing at its end, and shares of its rows', () => {
  const cell = (reference: string | null, answered: string | null, times: number, of: number): Confusion => ({ reference, answered, times, of });
  const grid = gridOf([cell('cat', 'cat', 6, 8), cell('cat', 'dog', 2, 8), cell('dog', null, 1, 1), cell(null, 'cat', 0, 0)]);

  expect(grid.rows).toEqual(['cat', 'dog', '']);
  expect(grid.shares).toEqual([
    [0.75, 0.25, null],
    [null, null, 1],
    [null, null, null],
  ]);
});

test('of many categories the commonest are shown', () => {
  const cells = Array.from({ length: 30 }, (_, at) => ({ reference: `c${at}`, answered: `c${at}`, times: at, of: at }));

  expect(gridOf(cells, 3).rows).toEqual(['c29', 'c28', 'c27']);
});

test('an alarm stands at the last point that had begun by then', () => {
  expect(placeOf(['2026-01-01', '2026-01-03', '2026-01-05'], '2026-01-04')).toBe(1);
  expect(placeOf(['2026-01-02'], '2026-01-01')).toBe(0);
  expect(placeOf(['2026-01-02'], null)).toBeNull();
  expect(placeOf([], '2026-01-02')).toBeNull();
});

test('of alarms of one kind the first is shown, with how often it came', () => {
  const alarm = (what: string, since: string) => ({ what, reason: what, since });

  expect(noticed([alarm('errors', '1'), alarm('slower', '2'), alarm('errors', '3')])).toEqual([
    { what: 'errors', reason: 'errors', since: '1', times: 2 },
    { what: 'slower', reason: 'slower', since: '2', times: 1 },
  ]);
});

test('a line keeps within its picture, and its smoothing within its values', () => {
  expect(points([0, 1], 100, 20)).toEqual([[0, 20], [100, 0]]);
  expect(smoothed([0, 1, 0], 1)).toEqual([0.5, 1 / 3, 0.5]);
});

function view(given: Partial<ForecastView>): ForecastView {
  const day = (name: string, done: number) => ({ day: name, done, seconds: 0, cost: null });
  const range = { low: 0, middle: 0, high: 0 };
  return {
    target: 1, items: 20, done: 10, left: 10, reason: null,
    days: [day('2026-03-01', 4), day('2026-03-02', 4)],
    forecast: { earliest: '2026-03-04', middle: '2026-03-06', latest: '2026-03-12', seconds: range, cost: null, per_day: 4, reached: 1, level: 0.8 },
    ...given,
  };
}

test('the chart goes from what is done to the target, and the range holds the middle', () => {
  const drawn = pointsOf(view({}));

  expect(drawn.map(({ done }) => done)).toEqual([6, 10, undefined, undefined, undefined]);
  expect(drawn.at(-1)).toMatchObject({ middle: 20, range: [20, 20] });
  for (const { middle, range } of drawn) if (range) expect(range[0] <= middle! && middle! <= range[1]).toBe(true);
});

test('a date that lies years ahead leaves the lower end of the range where it is', () => {
  const foretold = view({}).forecast!;
  const drawn = pointsOf(view({ forecast: { ...foretold, latest: null } }));

  expect(drawn.at(-1)).toMatchObject({ time: Date.parse('2026-03-06'), range: [10, 20] });
});

test('without a forecast the chart ends with today', () => {
  expect(pointsOf(view({ forecast: null }))).toHaveLength(2);
});

test('a warning is said once in a session, and names what it is rather', () => {
  const report = {
    warnings: { cat: 'Cats are often dogs.', cow: 'Look.' },
    pairs: [
      { one: 'cat', other: 'fox', one_for_other: 2, other_for_one: 0 },
      { one: 'dog', other: 'cat', one_for_other: 9, other_for_one: 7 },
    ],
  };
  const told = new Set<string>();
  const note = (category: string) => noteFor(report, 'p', category, (id) => id.toUpperCase(), told);

  expect(note('cat')).toBe('Look twice: 7 times, “CAT” turned out to be “DOG”.');
  expect(note('cat')).toBeNull();
  expect(note('dog')).toBeNull();
  expect(note('cow')).toBe('Look.');
});
