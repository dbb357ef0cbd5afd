/**
 * One attribute of one object at a time: pure steps, an event in, the next state and what to set out.
 *
 * A question is an attribute of a category; its queue is fixed when it is asked, so that a step back
 * leads to what was just answered. Who plays it makes the change, selects the object, and shows it.
 */
import { t } from '../language/language';
import { fits } from '../model/ontology';
import type { Annotation, AttributeSpec, AttributeValue, Category } from '../wire';

export interface Question {
  readonly category: Category;
  readonly spec: AttributeSpec;
}

export type Scope = 'missing' | 'all';

/** What the steps may look at: the annotations in the order of the list, and the categories. */
export interface World {
  readonly annotations: readonly Annotation[];
  readonly categories: readonly Category[];
}

export interface Asking {
  readonly scope: Scope;
  readonly question: Question | null;
  /** The objects that are asked about, in order. */
  readonly queue: readonly string[];
  /** The place in the queue; at its end all were asked. */
  readonly at: number;
  /** Why an answer was not taken. */
  readonly fault: string | null;
}

export type AskInput =
  /** The option with a digit or letter, or yes and no. */
  | { kind: 'pick'; key: string }
  /** What was typed, or chosen with the pointer; undefined takes the value away. */
  | { kind: 'answer'; value: AttributeValue | undefined; stay?: boolean }
  | { kind: 'text'; text: string; stay?: boolean }
  | { kind: 'object' | 'question'; by: 1 | -1 }
  | { kind: 'scope' };

export interface Change {
  readonly id: string;
  readonly spec: string;
  readonly value: AttributeValue | undefined;
}

export interface AskTurn {
  readonly state: Asking;
  readonly change: Change | null;
}

/** The keys of options, in their order: digits, then letters. */
export const OPTION_KEYS = [...'1234567890ABCDEFGHIJKLMNOPRSTUVWXYZ'];

/** Every attribute that some annotation has or could have, in the ontology's order. */
export function questionsOf({ annotations, categories }: World): Question[] {
  const used = new Set(annotations.map(({ category }) => category));
  return categories
    .filter(({ id }) => used.has(id))
    .flatMap((category) => (category.attributes ?? []).map((spec) => ({ category, spec })));
}

/** The first question with an object that lacks its answer; if none does, the first with all of them. */
export function begin(world: World, first?: string): Asking {
  const questions = questionsOf(world);
  const lacking = questions.find((question) => queueOf(question, 'missing', world).length > 0);
  return ask(lacking ?? questions[0] ?? null, lacking || questions.length === 0 ? 'missing' : 'all', world, first);
}

/** The object that is asked about now; null where all were. */
export const objectOf = ({ queue, at }: Asking): string | null => queue[at] ?? null;

/** How many of the question's objects have a value, of how many. */
export function progressOf({ question }: Asking, { annotations }: World): { done: number; of: number } {
  const asked = annotations.filter(({ category }) => category === question?.category.id);
  return { done: asked.filter((annotation) => !lacks(annotation, question!.spec)).length, of: asked.length };
}

export function turn(state: Asking, input: AskInput, world: World): AskTurn {
  switch (input.kind) {
    case 'object':
      return still(moved(state, input.by));
    case 'question':
      return still(asked(state, input.by, world));
    case 'scope':
      return still(ask(state.question, state.scope === 'all' ? 'missing' : 'all', world, objectOf(state) ?? undefined));
    case 'pick':
      return picked(state, input.key, world);
    case 'text':
      return typed(state, input.text, input.stay ?? false, world);
    case 'answer':
      return answered(state, input.value, input.stay ?? false, world);
  }
}

/** The state after annotations came or went: those that are gone are left out. */
export function without(state: Asking, world: World): Asking {
  const there = new Set(world.annotations.map(({ id }) => id));
  if (state.queue.every((id) => there.has(id))) return state;
  const before = state.queue.slice(0, state.at).filter((id) => there.has(id)).length;
  return { ...state, queue: state.queue.filter((id) => there.has(id)), at: before };
}

function ask(question: Question | null, scope: Scope, world: World, first?: string): Asking {
  const queue = question ? queueOf(question, scope, world) : [];
  return { scope, question, queue, at: Math.max(0, first ? queue.indexOf(first) : 0), fault: null };
}

function asked(state: Asking, by: 1 | -1, world: World): Asking {
  const questions = questionsOf(world);
  const at = questions.findIndex((entry) => isSame(entry, state.question));
  const next = questions[(at + by + questions.length) % questions.length] ?? null;
  return ask(next, state.scope, world, objectOf(state) ?? undefined);
}

const isSame = (a: Question, b: Question | null) => a.category.id === b?.category.id && a.spec.id === b.spec.id;

function queueOf({ category, spec }: Question, scope: Scope, { annotations }: World): string[] {
  const own = annotations.filter((annotation) => annotation.category === category.id);
  return (scope === 'all' ? own : own.filter((annotation) => lacks(annotation, spec))).map(({ id }) => id);
}

const lacks = ({ attributes }: Annotation, { id }: AttributeSpec): boolean => attributes?.[id] === undefined;

const still = (state: Asking): AskTurn => ({ state: { ...state, fault: null }, change: null });

/** One further; the end of the queue is a place too, from which one may step back. */
function moved(state: Asking, by: 1 | -1): Asking {
  return { ...state, at: Math.min(state.queue.length, Math.max(0, state.at + by)), fault: null };
}

function picked(state: Asking, key: string, world: World): AskTurn {
  const { question } = state;
  const id = objectOf(state);
  if (!question || !id) return still(state);
  const { spec } = question;
  const bare = key.toUpperCase();
  if (spec.kind === 'flag') {
    const value = { Y: true, '1': true, N: false, '2': false, '0': false }[bare];
    return value === undefined ? still(state) : answered(state, value, false, world);
  }
  const option = spec.options?.[OPTION_KEYS.indexOf(bare)]?.id;
  if (option === undefined) return still(state);
  if (spec.kind === 'choice') return answered(state, option, false, world);
  if (spec.kind !== 'choices') return still(state);
  const before = valueOf(world, id, spec);
  const held = Array.isArray(before) ? before : [];
  const next = held.includes(option) ? held.filter((entry) => entry !== option) : [...held, option];
  return answered(state, next.length > 0 ? next : undefined, true, world);
}

const valueOf = ({ annotations }: World, id: string, spec: AttributeSpec): AttributeValue | undefined =>
  annotations.find((annotation) => annotation.id === id)?.attributes?.[spec.id];

/** Nothing typed takes the value away, or goes on where there is none. */
function typed(state: Asking, text: string, stay: boolean, world: World): AskTurn {
  const { question } = state;
  if (!question) return still(state);
  const trimmed = text.trim();
  if (trimmed === '') return answered(state, undefined, stay, world);
  return answered(state, question.spec.kind === 'number' ? Number(trimmed.replace(',', '.')) : trimmed, stay, world);
}

function answered(state: Asking, value: AttributeValue | undefined, stay: boolean, world: World): AskTurn {
  const { question } = state;
  const id = objectOf(state);
  if (!question || !id) return still(state);
  if (value !== undefined && !fits(question.spec, value)) {
    return { state: { ...state, fault: misfit(question.spec) }, change: null };
  }
  const isNew = value !== undefined || valueOf(world, id, question.spec) !== undefined;
  const change = isNew ? { id, spec: question.spec.id, value } : null;
  return { state: stay ? { ...state, fault: null } : moved(state, 1), change };
}

function misfit({ kind, minimum, maximum }: AttributeSpec): string {
  if (kind !== 'number') return t('This is none of the possible answers.');
  if (minimum != null && maximum != null) return t('A number from {{minimum}} to {{maximum}} is asked for.', { minimum, maximum });
  if (minimum != null) return t('A number from {{minimum}} up is asked for.', { minimum });
  return maximum == null ? t('A number is asked for.') : t('A number up to {{maximum}} is asked for.', { maximum });
}
