/**
 * Unlimited undo and redo, also of steps made before the page was loaded.
 *
 * A step keeps what it found and what it left of each annotation. Taking it back changes only what it
 * changed, and only where that still stands: what somebody else has changed since is left to them.
 */
import { t } from '../language/language';
import { differing, fieldValue, same, withFields } from '../model/fields';
import { after as afterOperation } from '../model/fold';
import { type Edit, isJudgedAlike, type Operation, type Stamp, targetOf } from '../model/operations';
import type { Annotation } from '../wire';

/** What a step did to one annotation; null: it was not there. */
export interface Change {
  readonly id: string;
  readonly before: Annotation | null;
  readonly after: Annotation | null;
}

export interface Step {
  readonly id: string;
  readonly title: string;
  readonly changes: readonly Change[];
  /** Choices about conflicts: the operations that were decided about, by annotation. */
  readonly settles?: Readonly<Record<string, readonly string[]>>;
}

export interface Stacks {
  done: readonly Step[];
  undone: readonly Step[];
}

export class History {
  /** Gives the steps of earlier sessions; null once they were asked for, or if there are none. */
  reach: (() => Promise<Stacks>) | null = null;
  private done: Step[] = [];
  private undone: Step[] = [];
  private reaching: Promise<void> | null = null;

  get canUndo(): boolean {
    return this.done.length > 0 || this.reach !== null;
  }

  get canRedo(): boolean {
    return this.undone.length > 0;
  }

  get nextUndo(): string | null {
    return this.done.at(-1)?.title ?? null;
  }

  record(step: Step): void {
    this.done.push(step);
    this.undone = [];
  }

  undo(): Step | null {
    const step = this.done.pop() ?? null;
    if (step) this.undone.push(step);
    return step;
  }

  redo(): Step | null {
    const step = this.undone.pop() ?? null;
    if (step) this.done.push(step);
    return step;
  }

  /** Put earlier steps below those of this session; what can be redone is only kept if nothing was done since. */
  place({ done, undone }: Stacks): void {
    const known = new Set([...this.done, ...this.undone].map((step) => step.id));
    const fresh = (steps: readonly Step[]) => steps.filter((step) => !known.has(step.id));
    if (known.size === 0) this.undone = fresh(undone);
    this.done = [...fresh(done), ...this.done];
  }

  /** Ask once for the steps of earlier sessions; one that fails can be asked again. */
  reachBack(): Promise<void> {
    const { reach } = this;
    if (!reach) return Promise.resolve();
    return (this.reaching ??= reach()
      .then((stacks) => {
        this.reach = null;
        this.place(stacks);
      })
      .finally(() => (this.reaching = null)));
  }
}

export interface Replay {
  edits: Edit[];
  /** Annotations that were changed elsewhere since, in whole or in part. */
  skipped: string[];
}

/** The edits that take a step back, or make it again, on the annotations as they are now. */
export function replay(
  step: Step,
  way: 'undo' | 'redo',
  now: (id: string) => Annotation | undefined,
  judges: boolean,
): Replay {
  const found: Replay = { edits: [], skipped: [] };
  const changes = way === 'undo' ? [...step.changes].reverse() : step.changes;
  for (const { id, before, after } of changes) {
    const [from, to] = way === 'undo' ? [after, before] : [before, after];
    const stands = now(id) ?? null;
    if (!to) takeAway(found, id, from, stands);
    else if (!from) bringBack(found, to, stands, judges);
    else turn(found, from, to, stands, judges);
  }
  for (const [id, ids] of Object.entries(step.settles ?? {})) {
    rechoose(found, id, now(id), way === 'undo' ? { reopens: ids } : { settles: ids });
  }
  return found;
}

/** The choices of edits about conflicts, by annotation; undefined if there are none. */
export function choicesOf(edits: readonly Edit[]): Step['settles'] {
  const chosen = edits.flatMap((edit): [string, readonly string[]][] =>
    edit.kind !== 'judge' && edit.settles ? [[edit.kind === 'put' ? edit.annotation.id : edit.id, edit.settles]] : [],
  );
  return chosen.length > 0 ? Object.fromEntries(chosen) : undefined;
}

/** Let the edit of an annotation take its choice back, or make it again; without one, an edit that changes nothing. */
function rechoose(found: Replay, id: string, stands: Annotation | undefined, choice: Pick<Stamp, 'settles' | 'reopens'>): void {
  const at = found.edits.findIndex((edit) => edit.kind !== 'judge' && (edit.kind === 'put' ? edit.annotation.id : edit.id) === id);
  const edit = found.edits[at];
  if (edit && edit.kind !== 'judge') found.edits[at] = { ...edit, ...choice };
  else if (stands) found.edits.push({ kind: 'put', annotation: stands, fields: [], ...choice });
  else found.edits.push({ kind: 'delete', id, ...choice });
}

/** The steps that operations make on annotations: each gesture one step. */
export function stepsOf(annotations: readonly Annotation[], operations: readonly Operation[]): Stacks {
  const byId = new Map(annotations.map((annotation) => [annotation.id, annotation]));
  const done: { id: string; title: string; changes: Map<string, Change>; settles: Record<string, readonly string[]> }[] = [];
  const undone: typeof done = [];
  let open: string | null = null;
  for (const operation of operations) {
    const id = targetOf(operation);
    const before = byId.get(id) ?? null;
    const after = afterOperation(before ?? undefined, operation) ?? null;
    if (after) byId.set(id, after);
    else byId.delete(id);
    const name = operation.step ?? operation.id;
    if (operation.turn) {
      const [source, target] = operation.turn === 'undo' ? [done, undone] : [undone, done];
      const at = source.findLastIndex((step) => step.id === name);
      if (at >= 0) target.push(...source.splice(at, 1));
      open = null;
      continue;
    }
    if (open !== name) {
      done.push({ id: name, title: operation.title ?? t('Change'), changes: new Map(), settles: {} });
      undone.length = 0;
      open = name;
    }
    if (operation.settles) done.at(-1)!.settles[id] = operation.settles;
    note(done.at(-1)!.changes, { id, before, after });
  }
  const steps = (made: typeof done) => made.map(({ changes, ...step }): Step => ({ ...step, changes: [...changes.values()] }));
  return { done: steps(done), undone: steps(undone) };
}

/** Add a change to those of a step; of one annotation it is what was first found and what was last left. */
export function note(changes: Map<string, Change>, change: Change): void {
  const before = changes.get(change.id);
  changes.set(change.id, before ? { ...before, after: change.after } : change);
}

function takeAway(found: Replay, id: string, from: Annotation | null, stands: Annotation | null): void {
  if (!stands) return;
  if (from && differing(from, stands).length > 0) found.skipped.push(id);
  else found.edits.push({ kind: 'delete', id });
}

function bringBack(found: Replay, to: Annotation, stands: Annotation | null, judges: boolean): void {
  if (stands) {
    if (differing(stands, to).length > 0) found.skipped.push(to.id);
    return;
  }
  found.edits.push({ kind: 'put', annotation: { ...to, evidence: { ...to.evidence, verdict: null } } });
  rejudge(found, to, judges);
}

function turn(found: Replay, from: Annotation, to: Annotation, stands: Annotation | null, judges: boolean): void {
  if (!stands) {
    found.skipped.push(to.id);
    return;
  }
  const changed = differing(from, to);
  const is = (field: string, annotation: Annotation) => same(fieldValue(stands, field), fieldValue(annotation, field));
  const fields = changed.filter((field) => is(field, from));
  if (changed.some((field) => !is(field, from) && !is(field, to))) found.skipped.push(to.id);
  if (fields.length > 0) {
    const merged = { ...withFields(stands, to, fields), id: stands.id, evidence: { ...stands.evidence, verdict: null } };
    found.edits.push({ kind: 'put', annotation: merged, fields });
    rejudge(found, to, judges);
  } else if (!isJudgedAlike(from, to) && changed.length === 0) {
    found.edits.push(judgmentOf(to));
  }
}

/** A put takes the verdict away, so the one that stood there follows as an edit of its own. */
function rejudge(found: Replay, to: Annotation, judges: boolean): void {
  if (judges && to.evidence?.verdict) found.edits.push(judgmentOf(to));
}

const judgmentOf = ({ id, evidence }: Annotation): Edit => ({
  kind: 'judge',
  id,
  verdict: evidence?.verdict ?? null,
  errors: evidence?.errors ?? [],
});
