/** The desk: one task being worked on, with its editor, hand, picture and saving. */
import { takenIn } from '../../editor/changes';
import { Editor } from '../../editor/editor';
import { Signal } from '../../editor/signal';
import { fold } from '../../model/fold';
import type { Operation } from '../../model/operations';
import { Picture } from '../../render/picture';
import { failureOf } from '../../sync/deliver';
import { DraftSync } from '../../sync/draft-sync';
import type { Journal } from '../../sync/journal';
import type { Transport } from '../../sync/transport';
import { HandAtWork } from '../../tools/worker';
import type { Annotation, Issue } from '../../wire';
import { type Envelope, transportOf } from './server';

const HEARTBEATS = 3; // in the time of a lease

/** What was prepared of a task before it is on the desk. */
export interface Prepared {
  envelope: Envelope;
  held: boolean;
  picture: Promise<Picture>;
  /** When the lease ends, on this machine's clock, if nobody asks for more. */
  until: number;
}

export function prepare(envelope: Envelope, held = true): Prepared {
  const { image, width, height } = envelope.item;
  const picture = Picture.load(image, width, height);
  picture.catch(() => undefined); // whoever shows it says so
  return { envelope, held, picture, until: Date.now() + envelope.lease_seconds * 1000 };
}

export class Desk {
  readonly editor: Editor;
  readonly hand: HandAtWork;
  readonly sync: DraftSync;
  readonly picture: Promise<Picture>;
  readonly envelope: Envelope;
  readonly held: boolean;
  readonly issuesChanged = new Signal();
  issues: Issue[];
  /** The prediction that Enter would accept. */
  focused: string | null = null;
  private readonly transport: Transport;
  private readonly heartbeat: ReturnType<typeof setInterval>;

  constructor(prepared: Prepared, member: string, journal: Journal, unsent: readonly Operation[]) {
    const { envelope, held } = prepared;
    this.transport = transportOf(member);
    this.envelope = envelope;
    this.held = held;
    this.picture = prepared.picture;
    this.issues = envelope.issues;
    this.editor = new Editor({
      width: envelope.item.width,
      height: envelope.item.height,
      annotations: fold(envelope.draft.document.annotations, unsent),
      ontology: envelope.ontology.ontology,
      member,
      readOnly: !held,
      judges: envelope.task.stage === 'review',
    });
    this.hand = new HandAtWork(this.editor);
    this.sync = new DraftSync({
      task: envelope.task.id,
      project: envelope.task.project,
      member,
      revision: envelope.draft.revision,
      journal,
      transport: this.transport,
      onElsewhere: (operations) => this.editor.takeOver(operations),
    });
    this.editor.onOperations = (operations) => this.sync.push(operations);
    this.sync.resume(unsent);
    const every = (envelope.lease_seconds * 1000) / HEARTBEATS;
    this.heartbeat = setInterval(this.beat, every);
    document.addEventListener('visibilitychange', this.beat);
  }

  get isReview(): boolean {
    return this.envelope.task.stage === 'review';
  }

  /** Predicted annotations that were not taken over, best first. */
  predicted(): { annotation: Annotation; model: string }[] {
    const taken = takenIn(this.editor);
    return this.envelope.predictions
      .flatMap(({ model, document }) => document.annotations.map((annotation) => ({ annotation, model })))
      .filter(({ annotation }) => !taken.has(annotation.id) && !this.rejected.has(annotation.id))
      .sort((a, b) => (b.annotation.evidence?.score ?? 0) - (a.annotation.evidence?.score ?? 0));
  }

  readonly rejected = new Set<string>();

  setIssue(issue: Issue): void {
    const others = this.issues.filter((entry) => entry.id !== issue.id);
    this.issues = [...others, issue].sort((a, b) => (a.id < b.id ? -1 : 1));
    this.issuesChanged.emit();
  }

  close(): void {
    clearInterval(this.heartbeat);
    document.removeEventListener('visibilitychange', this.beat);
    this.sync.close();
  }

  /** Hold the task for longer; a tab that nobody sees lets go of it in time. */
  private readonly beat = (): void => {
    if (!this.held || document.visibilityState === 'hidden') return;
    this.transport.hold(this.envelope.task.id).then(
      () => this.sync.held(true),
      (error: unknown) => {
        const failure = failureOf(error);
        if (failure === 'lease-lost' || failure === 'closed') this.sync.held(false);
      },
    );
  };
}
