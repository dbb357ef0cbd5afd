/** Gold, tests, courses and skills of a project. */
import { queryOptions } from '@tanstack/react-query';

import { api } from '../../api';
import type { Attempt, Comparison, GoldAnswer, GoldItem, GoldPlan, Lesson, LessonResults, MissingSkill, Offer, SkillHeld } from './wire';

interface Part<T> {
  items: T[];
  next?: string | null;
}

const under = (project: string, ...rest: string[]) => ['project', project, 'learn', ...rest];

/** Everything about gold and lessons of a project, to make it stale. */
export const learnKey = (project: string) => under(project);

export const goldPlan = (project: string) =>
  queryOptions({ queryKey: under(project, 'plan'), queryFn: ({ signal }) => api.get<GoldPlan>(`/projects/${project}/gold/plan`, undefined, signal) });

/** Gold items; `retired` adds those that are asked no more. */
export const goldItems = (project: string, retired = false) =>
  queryOptions({
    queryKey: under(project, 'gold', ...(retired ? ['retired'] : [])),
    queryFn: async ({ signal }) =>
      (await api.get<Part<GoldItem>>(`/projects/${project}/gold`, { limit: 1000, ...(retired && { retired: 'true' }) }, signal)).items,
  });

export const goldOffers = (project: string) =>
  queryOptions({
    queryKey: under(project, 'offers'),
    queryFn: async ({ signal }) => (await api.get<{ sources: Offer[] }>(`/projects/${project}/gold/candidates`, undefined, signal)).sources,
  });

export const goldAnswers = (project: string, member?: string) =>
  queryOptions({
    queryKey: under(project, 'answers', member ?? ''),
    queryFn: async ({ signal }) =>
      (await api.get<Part<GoldAnswer>>(`/projects/${project}/gold/answers`, { limit: 200, purpose: 'gold', ...(member && { member }) }, signal)).items,
  });

export const comparison = (task: string) =>
  queryOptions({ queryKey: ['comparison', task], queryFn: ({ signal }) => api.get<Comparison>(`/gold-answers/${task}`, undefined, signal) });

export const lessonsOf = (project: string) =>
  queryOptions({
    queryKey: under(project, 'lessons'),
    queryFn: async ({ signal }) => (await api.get<{ lessons: Lesson[] }>(`/projects/${project}/lessons`, undefined, signal)).lessons,
  });

export const resultsOf = (project: string, lesson: string) =>
  queryOptions({
    queryKey: under(project, 'results', lesson),
    queryFn: ({ signal }) => api.get<LessonResults>(`/lessons/${lesson}/results`, undefined, signal),
  });

export const attemptOf = (attempt: string) =>
  queryOptions({ queryKey: ['attempt', attempt], staleTime: 0, queryFn: ({ signal }) => api.get<Attempt>(`/attempts/${attempt}`, undefined, signal) });

export const skillsOf = (project: string) =>
  queryOptions({
    queryKey: under(project, 'skills'),
    queryFn: async ({ signal }) => (await api.get<{ skills: SkillHeld[] }>(`/projects/${project}/skills`, undefined, signal)).skills,
  });

export const missingSkills = (project: string) =>
  queryOptions({
    queryKey: under(project, 'missing'),
    staleTime: 0,
    queryFn: async ({ signal }) => (await api.get<{ missing: MissingSkill[] }>(`/projects/${project}/skills/missing`, undefined, signal)).missing,
  });
