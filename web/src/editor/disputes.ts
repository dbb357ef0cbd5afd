/**
 * Where several people's answers differ, and what somebody decides about each.
 *
 * The draft begins as what the answers were merged into. Deciding puts one answer's annotation in the place
 * of the merged one (or takes it away where that answer has none); keeping the merged one is a decision too.
 */
import { t } from '../language/language';
import type { Edit } from '../model/operations';
import type { Annotation } from '../wire';
import type { Editor } from './editor';
import { Signal } from './signal';

export type Doubt = 'existence' | 'category' | 'shape' | 'attributes';

/** One thing that answers speak of; `merged` is its id in the draft, null where it was left out. */
export interface Dispute {
  readonly key: string;
  readonly merged: string | null;
  readonly posterior: number | null;
  readonly doubts: readonly Doubt[];
  /** What each answer has there, in the order of the answers; null: nothing. */
  readonly sides: readonly (Annotation | null)[];
}

export type Decision = number | 'merged';

interface Vote {
  answer: string;
  annotation: string;
}

interface Told {
  answers: readonly { id: string; document: { annotations: Annotation[] } }[];
  detail: { annotations?: readonly { id: string | null; posterior: number | null; votes: readonly Vote[]; disputes: readonly Doubt[] }[] };
}

export class Disputes {
  readonly changed = new Signal();
  readonly all: readonly Dispute[];
  private readonly made = new Map<string, string>();
  private readonly decided = new Map<string, Decision>();

  constructor(
    private readonly editor: Editor,
    told: Told | null,
  ) {
    this.all = told ? disputesOf(told) : [];
  }

  get open(): readonly Dispute[] {
    return this.all.filter(({ key }) => !this.decided.has(key));
  }

  decisionOf({ key }: Dispute): Decision | undefined {
    return this.decided.get(key);
  }

  /** The annotation of the draft that a dispute is about, if there is one now. */
  standing(dispute: Dispute): Annotation | undefined {
    return this.editor.store.get(dispute.merged ?? this.made.get(dispute.key) ?? '');
  }

  /** What to look at: what stands in the draft, or else what somebody has there. */
  place(dispute: Dispute): Annotation | undefined {
    return this.standing(dispute) ?? dispute.sides.find((side) => side !== null) ?? undefined;
  }

  decide(dispute: Dispute, decision: Decision): void {
    if (this.editor.readOnly) return;
    if (decision !== 'merged') this.take(dispute, decision);
    this.decided.set(dispute.key, decision);
    this.changed.emit();
  }

  private take(dispute: Dispute, answer: number): void {
    const side = dispute.sides[answer] ?? null;
    const own = this.standing(dispute);
    const title = t('Take answer {{number}}', { number: answer + 1 });
    if (!side) {
      if (own) this.editor.perform(title, [{ kind: 'delete', id: own.id }]);
      return;
    }
    const { evidence: _evidence, relations: _relations, ...said } = side;
    const id = own?.id ?? this.idFor(dispute);
    const put: Edit = { kind: 'put', annotation: { ...own, ...said, id } };
    this.editor.perform(title, [put]);
    this.editor.selection.select([id]);
  }

  private idFor({ key, merged }: Dispute): string {
    // Brought back, it is the same annotation again: evidence and relations go on.
    const id = merged ?? this.made.get(key) ?? this.editor.newId();
    this.made.set(key, id);
    return id;
  }
}

function disputesOf({ answers, detail }: Told): Dispute[] {
  const said = new Map(answers.map(({ id, document }) => [id, new Map(document.annotations.map((one) => [one.id, one]))]));
  return (detail.annotations ?? [])
    .map(({ id, posterior, votes, disputes }, place): Dispute => {
      const chosen = new Map(votes.map(({ answer, annotation }) => [answer, annotation]));
      const sides = answers.map((answer) => said.get(answer.id)?.get(chosen.get(answer.id) ?? '') ?? null);
      return { key: id ?? `left-out-${place}`, merged: id, posterior, doubts: disputes, sides };
    })
    .filter(({ doubts }) => doubts.length > 0)
    .sort((a, b) => (a.posterior ?? 1) - (b.posterior ?? 1));
}
