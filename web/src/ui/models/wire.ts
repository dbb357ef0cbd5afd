/** What the server says of models and predictions. */
import { queryOptions } from '@tanstack/react-query';

import { api } from '../../api';
import { spoken } from '../../language/language';
import type { components } from '../../model/api';

type Schemas = components['schemas'];
export type Model = Schemas['ModelView'];
export type Found = Schemas['Found'];
export type Look = Schemas['LookView'];
export type LookedAt = Look['looked'][number];
export type PredictedBy = Schemas['PredictedBy'];
export type Tried = Schemas['Tried'];

/** What a pre-labeling job reports at its end. */
export interface PredictReport {
  model: string;
  items: number;
  annotations: number;
  categories: Record<string, number>;
  unmapped: Record<string, number>;
  unfit: Record<string, number>;
  below_threshold: number;
  failures: number;
  failed: { item: string; name: string; problem: string }[];
}

export const FINDERS = ['tag', 'detect', 'segment', 'keypoints', 'text'];

export const finds = (model: Model) => model.state === 'installed' && model.tasks.some((task) => FINDERS.includes(task));
export const segments = (model: Model) => model.state === 'installed' && model.tasks.includes('prompt');

const TASK_WORDS = spoken<string>({
  tag: 'Tags',
  detect: 'Boxes',
  segment: 'Regions',
  keypoints: 'Keypoints',
  text: 'Text',
  prompt: 'Click to segment',
  embed: 'Likeness',
});

export const taskWord = (task: string) => TASK_WORDS[task] ?? task;

export const models = () =>
  queryOptions({ queryKey: ['models'], queryFn: ({ signal }) => api.get<Model[]>('/models', undefined, signal) });

export const predictedBy = (project: string) =>
  queryOptions({
    queryKey: ['project', project, 'predictions'],
    queryFn: ({ signal }) => api.get<PredictedBy[]>(`/projects/${project}/predictions`, undefined, signal),
  });
