/** Edits of cells as operations for the drafts of their tasks, in one batch for each thing that is done. */
import { freshId } from '../../model/ids';
import { type Edit, type Operation, operationOf } from '../../model/operations';
import type { Batch, Cell } from './wire';

export class Sender {
  private readonly revisions = new Map<string, number>();
  private readonly last = new Map<string, string>();

  constructor(
    private readonly send: (batch: Batch) => void,
    private readonly now: () => number,
  ) {}

  /** The newest revision of a draft that is known here. */
  learn(task: string, revision: number): void {
    this.revisions.set(task, Math.max(revision, this.revisions.get(task) ?? 0));
  }

  /** What is done to one cell; its seconds are those of the first edit. */
  one(cell: Cell, edits: readonly Edit[], seconds: number): void {
    this.post(edits.map((edit, index) => [cell, edit, index === 0 ? seconds : 0]));
  }

  /** What is done to many cells together; the seconds are spread evenly over them. */
  spread(edits: readonly [Cell, Edit][], seconds: number): void {
    const each = Math.round((seconds / Math.max(1, edits.length)) * 1000) / 1000;
    this.post(edits.map(([cell, edit]) => [cell, edit, each]));
  }

  private post(edits: readonly [Cell, Edit, number][]): void {
    if (edits.length === 0) return;
    const drafts = new Map<string, Operation[]>();
    const at = this.now();
    for (const [cell, edit, seconds] of edits) {
      const operation = operationOf(edit, at, seconds);
      if (operation.kind !== 'judge') this.sign(cell, operation);
      drafts.set(cell.task, [...(drafts.get(cell.task) ?? []), operation]);
    }
    this.send({ key: freshId(), drafts: [...drafts].map(([task, operations]) => ({ task, operations })) });
  }

  /** Says what this hand knew, so that the work of another tab is never overwritten unseen. */
  private sign(cell: Cell, operation: Exclude<Operation, { kind: 'judge' }>): void {
    const id = operation.kind === 'put' ? operation.annotation.id : operation.annotation;
    const after = this.last.get(`${cell.task} ${id}`);
    operation.seen = this.revisions.get(cell.task) ?? cell.revision;
    if (after) operation.after = after;
    this.last.set(`${cell.task} ${id}`, operation.id);
  }
}
