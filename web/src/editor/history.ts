/** Unlimited undo and redo: each step keeps the edits it made and the ones that take them back. */
import type { Edit } from '../model/operations';

export interface Step {
  readonly title: string;
  readonly forward: readonly Edit[];
  readonly backward: readonly Edit[];
}

export class History {
  private done: Step[] = [];
  private undone: Step[] = [];

  get canUndo(): boolean {
    return this.done.length > 0;
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
}
