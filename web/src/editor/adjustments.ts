/**
 * How a picture is shown, without changing what it is: the values, and the tables that they mean.
 *
 * A gray value from 0 to 1 passes the window of a deep picture or the equalizer, then is inverted,
 * brightened, spread about the middle (contrast) and bent (gamma).
 */

export type Channel = 'all' | 'red' | 'green' | 'blue';

export interface Adjustments {
  readonly brightness: number;
  readonly contrast: number;
  /** Above 1, dark parts become lighter. */
  readonly gamma: number;
  readonly invert: boolean;
  readonly channel: Channel;
  /** Spread the values so that each is as frequent as the others. */
  readonly equalize: boolean;
  /** The values of a deep picture that are shown as black and as white; null: as the file suggests. */
  readonly window: { readonly low: number; readonly high: number } | null;
}

/** The values of a deep picture: `zero + step × what travels`, which is 0 to 65,535. */
export interface Depth {
  readonly bits: number;
  readonly minimum: number;
  readonly maximum: number;
  readonly low: number;
  readonly high: number;
  readonly zero: number;
  readonly step: number;
}

export const PLAIN: Adjustments = {
  brightness: 1,
  contrast: 1,
  gamma: 1,
  invert: false,
  channel: 'all',
  equalize: false,
  window: null,
};

export const RANGES = {
  brightness: { min: 0.2, max: 3, step: 0.05 },
  contrast: { min: 0.2, max: 3, step: 0.05 },
  gamma: { min: 0.2, max: 5, step: 0.05 },
} as const;

export const CHANNELS: readonly Channel[] = ['all', 'red', 'green', 'blue'];

/** Values changed and kept in their ranges. */
export function adjusted(before: Adjustments, values: Partial<Adjustments>): Adjustments {
  const next = { ...before, ...values };
  const held = (name: keyof typeof RANGES) =>
    Math.round(Math.min(RANGES[name].max, Math.max(RANGES[name].min, next[name])) * 100) / 100;
  return { ...next, brightness: held('brightness'), contrast: held('contrast'), gamma: held('gamma') };
}

export function isPlain(a: Adjustments): boolean {
  return keyOfAdjustments(a) === keyOfAdjustments(PLAIN);
}

/** The same text for the same look. */
export function keyOfAdjustments(a: Adjustments): string {
  const window = a.window ? `${a.window.low}:${a.window.high}` : '';
  return [a.brightness, a.contrast, a.gamma, a.invert, a.channel, a.equalize, window].join(' ');
}

/** The next channel of the round. */
export const nextChannel = (channel: Channel): Channel => CHANNELS[(CHANNELS.indexOf(channel) + 1) % CHANNELS.length]!;

/** Window and level as radiologists say them: how many values are told apart, and the one in the middle. */
export function windowAndLevel(a: Adjustments, depth: Depth): { window: number; level: number } {
  const { low, high } = a.window ?? depth;
  return { window: high - low, level: (low + high) / 2 };
}

/** What a window and a level show as black and white. A window is never empty. */
export function windowOf(window: number, level: number, depth: Depth): { low: number; high: number } {
  const wide = Math.max(window, depth.step);
  return { low: level - wide / 2, high: level + wide / 2 };
}

/** What becomes of gray: the answer for `steps` values from black to white. */
export function tone(a: Adjustments, steps: number): Uint8Array {
  const table = new Uint8Array(steps);
  for (let at = 0; at < steps; at++) table[at] = Math.round(255 * toned(at / (steps - 1), a));
  return table;
}

function toned(value: number, a: Adjustments): number {
  const turned = a.invert ? 1 - value : value;
  const spread = (turned * a.brightness - 0.5) * a.contrast + 0.5;
  return Math.min(1, Math.max(0, spread)) ** (1 / a.gamma);
}

/** What the equalizer makes of each value, 0 to 1: the share of pixels that are darker, or as dark and counted half. */
export function equalized(histogram: ArrayLike<number>): Float32Array {
  let total = 0;
  for (let at = 0; at < histogram.length; at++) total += histogram[at]!;
  const share = new Float32Array(histogram.length);
  let below = 0;
  for (let at = 0; at < histogram.length; at++) {
    share[at] = total > 0 ? (below + histogram[at]! / 2) / total : at / Math.max(1, histogram.length - 1);
    below += histogram[at]!;
  }
  return stretched(share, histogram);
}

/** The darkest value that is there becomes black, the brightest white. */
function stretched(share: Float32Array, histogram: ArrayLike<number>): Float32Array {
  let [first, last] = [0, histogram.length - 1];
  while (first < last && !histogram[first]) first++;
  while (last > first && !histogram[last]) last--;
  const [low, high] = [share[first]!, share[last]!];
  if (high <= low) return share;
  return share.map((value) => Math.min(1, Math.max(0, (value - low) / (high - low))));
}

/** What becomes of the 256 values of a plain picture. */
export function plainTable(a: Adjustments, histogram: ArrayLike<number> | null): Uint8Array {
  const tones = tone(a, 256);
  if (!a.equalize || !histogram) return tones;
  const spread = equalized(histogram);
  return tones.map((_, value) => tones[Math.round(spread[value]! * 255)]!);
}

const FINE = 4096; // steps of the tone curve of deep pictures

/** What becomes of the 65,536 values that travel of a deep picture. */
export function deepTable(a: Adjustments, depth: Depth, histogram: ArrayLike<number> | null): Uint8Array {
  const tones = tone(a, FINE);
  const table = new Uint8Array(65_536);
  if (a.equalize && histogram) {
    const spread = equalized(histogram);
    for (let at = 0; at < table.length; at++) table[at] = tones[Math.round(spread[at]! * (FINE - 1))]!;
    return table;
  }
  const { low, high } = a.window ?? depth;
  const [from, scale] = [(low - depth.zero) / depth.step, (FINE - 1) / Math.max(1e-12, (high - low) / depth.step)];
  for (let at = 0; at < table.length; at++) {
    const shown = Math.round((at - from) * scale);
    table[at] = tones[shown < 0 ? 0 : shown > FINE - 1 ? FINE - 1 : shown]!;
  }
  return table;
}
