/**
 * A person's own keys, on top of the ones that the table of actions brings.
 *
 * Keys are written as in the table: `Ctrl+Z`, `Shift+Tab`, `B`. A key that another action has is given
 * away only with consent; keys that a browser keeps for itself are refused. Who stores them is not said
 * here: `text` and `read` turn them into JSON and back.
 */
import { t } from '../language/language';
import { Signal } from './signal';

export interface Keyed {
  readonly id: string;
  readonly title: string;
  readonly keys: readonly string[];
}

export type Outcome =
  | { kind: 'given' }
  | { kind: 'refused'; why: string }
  /** Others have the key; with consent it is moved. */
  | { kind: 'taken'; by: readonly Keyed[] };

const MODIFIERS = ['Ctrl', 'Alt', 'Shift'];
const FORMAT = 'labelwright-keys';
const NO_KEYS = new Set(['Ctrl', 'Control', 'Meta', 'Alt', 'Shift', 'AltGraph', 'CapsLock', 'Dead', 'Process', 'Unidentified']);
const BROWSER = /^(Ctrl\+(Shift\+)?(W|T|N|Tab)|Ctrl\+Shift\+Q|Alt\+F4|F12)$/;
const MOST_KEYS = 8; // of one action

export class Keymap {
  readonly changed = new Signal();
  private own = new Map<string, readonly string[]>();

  /** The keys of an action. */
  of(action: Keyed): readonly string[] {
    return this.own.get(action.id) ?? action.keys;
  }

  /** Whether a person chose the keys of an action. */
  isOwn(id: string): boolean {
    return this.own.has(id);
  }

  get size(): number {
    return this.own.size;
  }

  /** The other actions that a key would be taken from. Those that share it in the table go on sharing. */
  takers(action: Keyed, key: string, table: readonly Keyed[]): Keyed[] {
    const shared = (other: Keyed) => action.keys.includes(key) && other.keys.includes(key);
    return table.filter((other) => other.id !== action.id && this.of(other).includes(key) && !shared(other));
  }

  /** Give an action a key, in place of one that it has or beside them. */
  give(action: Keyed, key: string, table: readonly Keyed[], options: { instead?: string; move?: boolean } = {}): Outcome {
    const written = normalKey(key);
    const why = written ? refusal(written) : t('“{{key}}” is no key.', { key });
    if (!written || why) return { kind: 'refused', why: why! };
    const kept = this.of(action).filter((entry) => entry !== written);
    if (kept.length >= MOST_KEYS && !options.instead) return { kind: 'refused', why: t('{{most}} keys are the most of one action.', { most: MOST_KEYS }) };
    const by = this.takers(action, written, table);
    if (by.length > 0 && !options.move) return { kind: 'taken', by };
    for (const other of by) this.set(other, this.of(other).filter((entry) => entry !== written));
    const at = options.instead === undefined ? -1 : kept.indexOf(options.instead);
    this.set(action, at < 0 ? [...kept, written] : kept.with(at, written));
    this.changed.emit();
    return { kind: 'given' };
  }

  /** Take a key from an action; it may be left with none. */
  take(action: Keyed, key: string): void {
    this.set(action, this.of(action).filter((entry) => entry !== key));
    this.changed.emit();
  }

  /** Back to the table's keys: of one action, unless others have them by now, or of all. */
  reset(action: Keyed, table: readonly Keyed[], options: { move?: boolean } = {}): Outcome {
    const by = [...new Set(action.keys.flatMap((key) => this.takers(action, key, table)))];
    if (by.length > 0 && !options.move) return { kind: 'taken', by };
    for (const other of by) this.set(other, this.of(other).filter((key) => !action.keys.includes(key)));
    this.own.delete(action.id);
    this.changed.emit();
    return { kind: 'given' };
  }

  resetAll(): void {
    this.own.clear();
    this.changed.emit();
  }

  /** The keys that were chosen, as JSON. */
  text(): string {
    const keys = Object.fromEntries([...this.own].sort(([a], [b]) => (a < b ? -1 : 1)));
    return JSON.stringify({ format: FORMAT, version: 1, keys }, null, 2);
  }

  /**
   * Take over keys that `text` gave; actions that are not in the table are kept aside for where they
   * are. Throws with a sentence where it is no such text, or gives one key to several actions.
   */
  read(text: string, table: readonly Keyed[]): void {
    const before = this.own;
    this.own = parsed(text);
    const clash = table.flatMap((action) =>
      this.isOwn(action.id) ? this.of(action).map((key) => ({ action, key, by: this.takers(action, key, table) })) : [],
    );
    const [first] = clash.filter(({ by }) => by.length > 0);
    if (first) {
      this.own = before;
      throw new Error(`${first.key} would mean both “${first.action.title}” and “${first.by[0]!.title}”. Nothing was changed.`);
    }
    this.changed.emit();
  }

  private set(action: Keyed, keys: readonly string[]): void {
    const same = keys.length === action.keys.length && keys.every((key, index) => key === action.keys[index]);
    if (same) this.own.delete(action.id);
    else this.own.set(action.id, keys);
  }
}

/** The keys of the person who sits here. */
export const keymap = new Keymap();

/** A key as the table writes it, or null if it is none: `shift+ctrl+z` is `Ctrl+Shift+Z`. */
export function normalKey(text: string): string | null {
  const plus = text === '+' || text.endsWith('++');
  const parts = (plus ? text.slice(0, -1) : text).split('+').filter((part) => part !== '');
  const last = plus ? '+' : parts.pop();
  const held = parts.map((part) => MODIFIERS.find((name) => name.toLowerCase() === part.toLowerCase()));
  if (last === undefined || held.includes(undefined) || NO_KEYS.has(last) || new Set(held).size < held.length) return null;
  const bare = last.length === 1 ? last.toUpperCase() : last;
  if (!/^([!-~\u00a1-\uffff]|[A-Z][A-Za-z0-9]{1,15})$/.test(bare)) return null;
  return [...MODIFIERS.filter((name) => held.includes(name)), bare].join('+');
}

const SIGNS: Record<string, string> = { ArrowLeft: '←', ArrowRight: '→', ArrowUp: '↑', ArrowDown: '↓', PageUp: 'PgUp', PageDown: 'PgDn', Escape: 'Esc' };

/** A key as people see it on their keyboard: `Ctrl+←`. */
export function keySign(key: string): string {
  return key.replace(/Arrow\w+|Page\w+|Escape/, (name) => SIGNS[name] ?? name);
}

/** Why a key cannot be given to an action, or null. */
export function refusal(key: string): string | null {
  if (key === 'Escape') return t('Escape always drops what is begun; it cannot mean anything else.');
  if (key === ' ' || key === 'Space') return t('The space bar moves the view while it is held.');
  if (BROWSER.test(key)) return t('Browsers keep {{key}} for themselves.', { key });
  return null;
}

function parsed(text: string): Map<string, readonly string[]> {
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    throw new Error(t('This is not JSON.'));
  }
  const { format, version, keys } = (given ?? {}) as { format?: unknown; version?: unknown; keys?: unknown };
  if (format !== FORMAT || version !== 1 || typeof keys !== 'object' || keys === null || Array.isArray(keys)) {
    throw new Error(t('These are no keys of Labelwright: a file that was exported here says so in its first lines.'));
  }
  const own = new Map<string, readonly string[]>();
  for (const [id, list] of Object.entries(keys)) {
    if (!Array.isArray(list) || list.length > MOST_KEYS) throw new Error(t('The keys of “{{id}}” are no list of at most {{most}}.', { id, most: MOST_KEYS }));
    own.set(id, list.map((key: unknown) => checked(id, key)));
  }
  return own;
}

function checked(id: string, key: unknown): string {
  const written = typeof key === 'string' ? normalKey(key) : null;
  if (written === 'Escape' && id === 'tool.cancel') return written;
  const why = written ? refusal(written) : t('It is no key.');
  if (!written || why) throw new Error(t('“{{key}}” cannot be a key of “{{id}}”. {{why}}', { key: String(key), id, why: why ?? '' }));
  return written;
}
