/** The reports of quality, kept for a while: the server works seconds for one. */
import { queryOptions } from '@tanstack/react-query';

import { api } from '../../api';
import type { components } from '../../model/api';
import type { AgreementView, Behind, CostView, ForecastView, PeopleReport, Rates, Warned } from './wire';

const FRESH = 60_000;

function report<T>(project: string, name: string, query: Record<string, string> = {}) {
  return queryOptions({
    queryKey: ['project', project, 'quality', name, query],
    staleTime: FRESH,
    queryFn: ({ signal }) => api.get<T>(`/projects/${project}/quality/${name}`, query, signal),
  });
}

export const agreement = (project: string) => report<AgreementView>(project, 'agreement');
export const sampling = (project: string) => report<components['schemas']['ReviewSampling']>(project, 'review');
export const agreementSlice = (project: string, of: Record<string, string>) => report<AgreementView>(project, 'agreement/slice', of);
export const people = (project: string) => report<PeopleReport>(project, 'people');
export const warnings = (project: string) => report<Warned>(project, 'warnings');
export const cost = (project: string) => report<CostView>(project, 'cost');
export const forecast = (project: string, target: number) =>
  report<ForecastView>(project, 'forecast', { target: String(target) });
export const behind = (project: string, of: { people?: string[]; categories?: string[] }) =>
  report<Behind>(project, 'agreement/items', {
    ...(of.people && { people: of.people.join(',') }),
    ...(of.categories && { categories: of.categories.join(',') }),
  });
export const rates = (project: string) =>
  queryOptions({
    queryKey: ['project', project, 'rates'],
    queryFn: ({ signal }) => api.get<Rates>(`/projects/${project}/rates`, undefined, signal),
  });
