/** Audits, asked for again while they are open: several experts may judge at once. */
import { queryOptions } from '@tanstack/react-query';

import { api } from '../../api';
import type { Audit, Certificate, Draw } from './wire';

const AGAIN = 5_000;

export const auditsOf = (project: string) =>
  queryOptions({
    queryKey: ['project', project, 'audits'],
    queryFn: async () => (await api.get<{ items: Audit[] }>(`/projects/${project}/audits`)).items,
    refetchInterval: ({ state }) => (state.data?.some(({ closed_at }) => !closed_at) ? AGAIN : false),
  });

export const auditOf = (id: string) =>
  queryOptions({ queryKey: ['audit-of-release', id], queryFn: () => api.get<Audit>(`/audits/${id}`) });

export const certificateOf = (release: string) =>
  queryOptions({
    queryKey: ['release', release, 'certificate'],
    queryFn: () => api.get<Certificate | null>(`/releases/${release}/certificate`),
  });

export const certificateOfAudit = (audit: string) =>
  queryOptions({
    queryKey: ['audit-of-release', audit, 'certificate'],
    queryFn: () => api.get<Certificate | null>(`/audits/${audit}/certificate`),
  });

export const nextDraw = (audit: string) => api.post<Draw | null>(`/audits/${audit}/draws/next`);
