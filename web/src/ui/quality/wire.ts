/** What the server says of quality, as it stands on the wire. */
import type { components } from '../../model/api';

type Schemas = components['schemas'];

export interface Measure {
  method: string;
  value: number | null;
  low: number | null;
  high: number | null;
  level: number;
  n: number;
  reason: string | null;
}

export type Measures = Record<string, Measure>;

export interface Method {
  title: string;
  formula: string;
  explanation: string;
  paper: string;
}

export interface Pair {
  first: string;
  second: string;
  items: number;
  measures: Measures;
}

export interface AgreementReport {
  people: string[];
  items: number;
  compared: number;
  threshold: number;
  level: number;
  resamples: number;
  headline: string | null;
  overall: Measures;
  categories: Record<string, Measures>;
  attributes: Record<string, Measures>;
  pairs: Pair[];
  slices: { fact: string; value: string; items: number; measures: Measures }[];
  confusions: { first: string; second: string; count: number }[];
  methods: Record<string, Method>;
  reason: string | null;
}

export type LowItem = Schemas['LowItem'];
export type AgreementView = Omit<Schemas['AgreementView'], 'report'> & { report: AgreementReport | null };
export type Behind = Schemas['Behind'];
export type BehindItem = Schemas['BehindItem'];
export type PeopleReport = Schemas['PeopleReport'];
export type Warned = Schemas['Warned'];
export type PersonQuality = Schemas['PersonQuality'];
export type Skill = Schemas['SkillView'];
export type Share = Schemas['Share'];
export type Confusion = Schemas['ConfusionView'];
export type CommonError = Schemas['CommonError'];
export type CostView = Schemas['CostView'];
export type CostLine = Schemas['CostLine'];
export type CostCell = Schemas['CostCell'];
export type ForecastView = Schemas['ForecastView'];
export type Foretold = Schemas['Foretold'];
export type Rates = Required<Schemas['Rates']>;
