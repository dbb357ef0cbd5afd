/** The desk: one task being worked on, with its editor, hand, picture and saving. */
import { Disputes } from '../../editor/disputes';
import { Editor } from '../../editor/editor';
import { Flow } from '../../editor/flow';
import { Proposals } from '../../editor/proposals';
import { Signal } from '../../editor/signal';
import { t } from '../../language/language';
import { fold } from '../../model/fold';
import type { Operation } from '../../model/operations';
import type { Picture } from '../../render/picture';
import { type Answering, answering } from '../../smart/answering';
import { PREDICTORS } from '../../smart/predictor';
import { loadPicture } from '../../render/tiled-picture';
import { failureOf } from '../../sync/deliver';
import { DraftSync } from '../../sync/draft-sync';
import { counting } from '../../sync/elapsed';
import type { Journal } from '../../sync/journal';
import type { Transport } from '../../sync/transport';
import { HandAtWork } from '../../tools/worker';
import type { Issue } from '../../wire';
import { pixelsOf } from './pixels';
import { Safety, type Surroundings } from './safety';
import { prepareToSegment, segmenterOf } from './segmenter';
import { type Envelope, transportOf } from './server';
import { rememberSettled, settledOf } from './settled';

const HEARTBEATS = 3; // in the time of a lease

/** What was prepared of a task before it is on the desk. */
export interface Prepared {
  envelope: Envelope;
  held: boolean;
  picture: Promise<Picture>;
  /** How long ago it was asked for, in milliseconds; its lease ends by that. */
  age: () => number;
}

export function prepare(envelope: Envelope, held = true): Prepared {
  const picture = loadPicture(envelope.item);
  if (held) prepareToSegment(envelope.item.id);
  picture.catch(() => undefined); // whoever shows it says so
  return { envelope, held, picture, age: counting() };
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
  readonly flow: Flow;
  readonly disputes: Disputes;
  readonly safety: Safety;
  private readonly smart: Answering;
  private readonly transport: Transport;
  private readonly heartbeat: ReturnType<typeof setInterval>;

  constructor(prepared: Prepared, readonly member: string, journal: Journal, around: Surroundings, unsent: readonly Operation[]) {
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
    this.smart = answering(this.picture.then(pixelsOf), { ...PREDICTORS, segment: segmenterOf(envelope.item.id) });
    this.hand.prompting.answer = this.smart.answer;
    this.hand.prompting.onChosen = this.smart.warm;
    this.flow = new Flow(this.editor, proposalsOf(this.editor, envelope, member));
    this.disputes = new Disputes(this.editor, this.isAdjudication ? envelope.merge : null);
    this.sync = new DraftSync({
      task: envelope.task.id,
      project: envelope.task.project,
      member,
      revision: envelope.draft.revision,
      annotations: envelope.draft.document.annotations,
      conflicts: envelope.draft.conflicts,
      journal,
      transport: this.transport,
      neighbors: around.neighbors,
      onElsewhere: (states) => this.editor.takeOver(states),
    });
    this.editor.onOperations = (operations) => this.sync.push(operations);
    this.sync.resume(unsent);
    this.safety = new Safety(this, member, unsent, around);
    const every = (envelope.lease_seconds * 1000) / HEARTBEATS;
    this.heartbeat = setInterval(this.beat, every);
    document.addEventListener('visibilitychange', this.beat);
  }

  /** Whether somebody decides here between several people's answers. */
  get isAdjudication(): boolean {
    return this.envelope.task.stage === 'adjudicate';
  }

  get isReview(): boolean {
    return this.envelope.task.stage === 'review';
  }

  setIssue(issue: Issue): void {
    const others = this.issues.filter((entry) => entry.id !== issue.id);
    this.issues = [...others, issue].sort((a, b) => (a.id < b.id ? -1 : 1));
    this.issuesChanged.emit();
  }

  close(): void {
    clearInterval(this.heartbeat);
    document.removeEventListener('visibilitychange', this.beat);
    this.safety.close();
    this.smart.close();
    this.sync.close();
  }

  /** Hold the task for longer; a tab that nobody sees lets go of it in time. */
  private readonly beat = (): void => {
    if (!this.held || document.visibilityState === 'hidden') return;
    this.transport.hold(this.envelope.task.id).then(
      () => {
        this.sync.held(true);
        this.sync.look();
      },
      (error: unknown) => {
        const failure = failureOf(error);
        if (failure === 'lease-lost' || failure === 'closed') {
          this.sync.held(false);
          this.sync.look();
        }
      },
    );
  };
}

/** How an answer is called where its author is not told. */
export const answerName = (place: number): string => t('Answer {{number}}', { number: place + 1 });

/** Each model's predictions as a layer of its own, and each answer that is decided between. */
function proposalsOf(editor: Editor, { task, predictions, merge }: Envelope, member: string): Proposals {
  const remember = rememberSettled.bind(null, member, task.id);
  const proposals = new Proposals(editor, settledOf(member, task.id), remember);
  for (const { id, model, document } of predictions) {
    proposals.add({ id, name: model, kind: 'model', annotations: document.annotations });
  }
  if (task.stage === 'adjudicate') {
    merge?.answers.forEach(({ id, document }, place) =>
      proposals.add({ id, name: answerName(place), kind: 'author', annotations: document.annotations }),
    );
  }
  return proposals;
}
