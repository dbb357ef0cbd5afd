/**
 * Holds `wire.ts` to the API: a field that a page reads and the server does not send is a compile error.
 *
 * `model/api.ts` is generated from the OpenAPI document (`npm run types`); `wire.ts` says the same in
 * the words of the pages, with narrower strings.
 */
import type { components } from './model/api';
import type * as wire from './wire';

type Schemas = components['schemas'];
type Unknown<Page, Sent> = Exclude<keyof Page, keyof Sent>;

/** For each pair, the fields of the page's type that the server's lacks: none may be left. */
interface Differences {
  item: Unknown<wire.Item, Schemas['ItemView']>;
  project: Unknown<wire.Project, Schemas['ProjectView']>;
  progress: Unknown<wire.Progress, Schemas['ProgressView']>;
  person: Unknown<wire.Person, Schemas['Person']>;
  waiting: Unknown<wire.Waiting, Schemas['Waiting']>;
  category: Unknown<wire.Category, Schemas['Category']>;
  attribute: Unknown<wire.AttributeSpec, Schemas['AttributeSpec']>;
  ontology: Unknown<wire.OntologyView, Schemas['OntologyView']>;
  saved: Unknown<wire.OntologySaved, Schemas['OntologySaved']>;
  version: Unknown<wire.OntologyVersion, Schemas['OntologyVersion']>;
  broken: Unknown<wire.BrokenRule, Schemas['BrokenRule']>;
  offender: Unknown<wire.Offender, Schemas['Offender']>;
  offenders: Unknown<wire.Offenders, Schemas['Offenders']>;
  brief: Unknown<wire.BriefView, Schemas['BriefView']>;
  annotation: Unknown<wire.Annotation, Schemas['Annotation']>;
  evidence: Unknown<wire.Evidence, Schemas['Evidence']>;
  document: Unknown<wire.DocumentView, Schemas['DocumentView']>;
  history: Unknown<wire.History, Schemas['History']>;
  issue: Unknown<wire.Issue, Schemas['IssueView']>;
  comment: Unknown<wire.Comment, Schemas['CommentView']>;
  job: Unknown<wire.Job, Schemas['JobView']>;
  import: Unknown<wire.Import, Schemas['ImportView']>;
  release: Unknown<wire.Release, Schemas['ReleaseView']>;
  plan: Unknown<wire.SplitPlan, Schemas['SplitPlan']>;
  difference: Unknown<wire.Difference, Schemas['Difference']>;
  change: Unknown<wire.ItemChange, Schemas['ItemChange']>;
  card: Unknown<wire.ReleaseCard, Schemas['Card']>;
  token: Unknown<wire.Token, Schemas['TokenView']>;
  invitation: Unknown<wire.Invitation, Schemas['InvitationView']>;
}

type Agreed = { [Name in keyof Differences]: [Differences[Name]] extends [never] ? true : Differences[Name] };

/** Assignable only while every entry is `true`. */
export const agreement: { [Name in keyof Agreed]: true } = {} as Agreed;
