/** Numbers of quality in words: a value, its interval, what a figure of agreement means, and shades of a matrix. */
import { locales, phrase, t } from '../../language/language';
import { number } from '../words';
import type { BehindItem, Measure } from './wire';

const PIXELS = new Set(['hausdorff95']);
const CHANCE = /alpha|kappa|ac1|ac2/;
const SHARES = new Set(['tag_agreement', 'attribute_agreement', 'percent_agreement', 'f1', 'f1_mean', 'located_f1']);

/** As it is read: a share in percent, pixels with their unit, a coefficient with two decimals. */
export function figure(method: string, value: number | null): string {
  if (value === null) return '–';
  if (PIXELS.has(method)) return t('{{value}} px', { value: round(value, 1) });
  if (SHARES.has(method)) return share(value);
  return value.toFixed(2);
}

export function share(value: number): string {
  return t('{{value}} %', { value: round(value * 100, 1) });
}

/** “0.71 to 0.84”; nothing where there is no interval. */
export function span(measure: Pick<Measure, 'method' | 'low' | 'high'>): string | null {
  if (measure.low === null || measure.high === null) return null;
  return t('{{low}} to {{high}}', { low: figure(measure.method, measure.low), high: figure(measure.method, measure.high) });
}

/** What a coefficient of agreement says, by the limits that Krippendorff gives. */
export const MEANINGS = [
  { least: 0.8, words: phrase('People agree well: what is built on this stands.') },
  { least: 0.667, words: phrase('People agree so far that careful conclusions hold. A clearer guideline would help.') },
  { least: 0.2, words: phrase('People agree more than chance would, but too little to rely on. Read where they differ below.') },
  { least: -Infinity, words: phrase('People agree hardly more than chance would. The guideline does not yet say what is asked for.') },
];

/** What a headline means: the words go by the lower end, for only that much is shown. */
export function meaning(measure: Measure): string {
  const sure = measure.low ?? measure.value ?? 0;
  return t(MEANINGS.find(({ least }) => sure >= least)!.words);
}

/** Whether the limits of coefficients apply to a method. */
export const isBeyondChance = (method: string): boolean => CHANCE.test(method);

/** The shade of a cell from 0 to 1, for figures on the scale from 0 (or below) to 1. */
export function shade(value: number | null): number {
  return value === null || Number.isNaN(value) ? 0 : Math.min(1, Math.max(0, value));
}

/** Where a value and its interval lie on a bar, in percent of its length. */
export function onBar(measure: Pick<Measure, 'value' | 'low' | 'high'>): { at: number; from: number; to: number } | null {
  if (measure.value === null) return null;
  const place = (value: number) => shade(value) * 100;
  return { at: place(measure.value), from: place(measure.low ?? measure.value), to: place(measure.high ?? measure.value) };
}

/** The square of figures of pairs, each under both orders; the diagonal is nobody with themselves. */
export function square<T extends { first: string; second: string }>(names: string[], pairs: T[]): (T | null)[][] {
  const known = new Map(pairs.flatMap((pair) => [[`${pair.first} ${pair.second}`, pair], [`${pair.second} ${pair.first}`, pair]] as const));
  return names.map((row) => names.map((column) => (row === column ? null : (known.get(`${row} ${column}`) ?? null))));
}

/** “12.50 €”; hours where no rates are set are `duration`'s. */
export function money(value: number | null, currency: string): string {
  if (value === null) return '–';
  const digits = value !== 0 && Math.abs(value) < 0.1 ? 4 : 2;
  const written = new Intl.NumberFormat(locales().numbers, { minimumFractionDigits: 2, maximumFractionDigits: digits }).format(value);
  return currency ? `${written} ${currency}` : written;
}

/** Items one by one, the least agreement first; what nobody could measure comes last. */
export function leastFirst<T extends Pick<BehindItem, 'agreement'>>(items: T[]): T[] {
  return [...items].sort((one, other) => (one.agreement ?? 2) - (other.agreement ?? 2));
}

function round(value: number, digits: number): string {
  return number(Number(value.toFixed(digits)));
}
