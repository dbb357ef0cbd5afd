/**
 * The ledger: the draft as the server has confirmed it, and on top of it what is still on its way.
 *
 * The server's log has one order. Its entries are folded here in that order, whoever made them and in
 * whatever order the answers arrive; so once nothing is on its way, every tab shows the same as the
 * server. It also knows what a hand has seen, which an operation says of itself.
 */
import { after } from '../model/fold';
import { type Operation, targetOf } from '../model/operations';
import type { Annotation } from '../wire';
import type { Appended } from './transport';

export class Ledger {
  private readonly confirmed: Map<string, Annotation>;

  constructor(
    public revision: number,
    annotations: readonly Annotation[],
  ) {
    this.confirmed = new Map(annotations.map((annotation) => [annotation.id, annotation]));
  }

  /** The operation, saying what its hand knew; `pending` are those before it that are on their way. */
  stamped(operation: Operation, pending: readonly Operation[]): Operation {
    const id = targetOf(operation);
    const before = pending.findLast((entry) => targetOf(entry) === id);
    if (!before) return { ...operation, seen: this.revision };
    // A hand that goes on from its own change knows no more of others than that change did.
    return { ...operation, seen: before.seen ?? this.revision, after: before.id };
  }

  /** Fold an answer in; gives the operations that are in the log now, and the annotations that may look different. */
  merge(answer: Appended, sent: readonly Operation[]): { logged: Set<string>; touched: Set<string> } {
    const byId = new Map(sent.map((operation) => [operation.id, operation]));
    const own = answer.placed.flatMap(({ id, seq, clashes }) => {
      const operation = byId.get(id);
      return operation ? [{ seq, operation: clashes ? { ...operation, clashes } : operation }] : [];
    });
    const sentIds = new Set(own.filter(({ operation }) => !operation.clashes).map(({ operation }) => operation.id));
    const others = answer.operations.map((operation) => ({ seq: operation.seq, operation: operation as Operation }));
    const entries = [...own, ...others].sort((a, b) => a.seq - b.seq);
    const touched = new Set<string>();
    for (const { seq, operation } of entries) {
      if (seq <= this.revision) continue;
      const id = targetOf(operation);
      const now = after(this.confirmed.get(id), operation);
      if (now) this.confirmed.set(id, now);
      else this.confirmed.delete(id);
      if (!sentIds.has(operation.id)) touched.add(id);
    }
    this.revision = Math.max(this.revision, answer.revision);
    return { logged: new Set(entries.map(({ operation }) => operation.id)), touched };
  }

  /** An annotation as it is to be shown; null: it is not there. */
  shown(id: string, pending: readonly Operation[]): Annotation | null {
    let now = this.confirmed.get(id);
    for (const operation of pending) if (targetOf(operation) === id) now = after(now, operation);
    return now ?? null;
  }

  /** Every annotation as it is to be shown. */
  all(pending: readonly Operation[]): Annotation[] {
    const byId = new Map(this.confirmed);
    for (const operation of pending) {
      const id = targetOf(operation);
      const now = after(byId.get(id), operation);
      if (now) byId.set(id, now);
      else byId.delete(id);
    }
    return [...byId.values()];
  }
}
