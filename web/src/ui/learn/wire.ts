/** What the server says of gold, tests, courses and skills, as it stands on the wire. */
import type { components } from '../../model/api';
import type { Document } from '../../wire';

type Schemas = components['schemas'];

export type GoldPlan = Required<Schemas['GoldPlan']>;
export type GoldItem = Schemas['GoldView'];
export type Offer = Schemas['Candidates'];
export type GoldAdded = Schemas['GoldAdded'];
export type GoldAnswer = Schemas['GoldAnswerView'];
export type GoldScore = Schemas['GoldScore'];
export type Lesson = Schemas['LessonView'];
export type LessonSettings = Required<Schemas['LessonSettings']>;
export type LessonResults = Schemas['LessonResults'];
export type Attempt = Schemas['AttemptView'];
export type SkillHeld = Schemas['SkillHeld'];
export type MissingSkill = Schemas['MissingSkill'];
export type Scored = Schemas['Scored'];

export interface Comparison {
  answer: GoldAnswer;
  width: number;
  height: number;
  reference: Document;
  given: Document;
  detail: GoldScore | null;
  explanation: string;
}
