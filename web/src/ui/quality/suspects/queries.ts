/** Suspects and where their search stands. */
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';

import { api } from '../../../api';
import type { JudgedSuspect, Overview, SuspectPage, SuspectVerdict } from './wire';

const POLL_MS = 1200;
const PAGE = 60;

export interface Filter {
  kind: string | null;
  category: string | null;
  minimum_score: number;
  show: 'open' | 'judged' | 'all';
}

export const isGoing = (overview: Overview | undefined) =>
  overview?.going?.state === 'queued' || overview?.going?.state === 'running';

export const overviewOf = (project: string) =>
  queryOptions({
    queryKey: ['project', project, 'suspects', 'overview'],
    queryFn: ({ signal }) => api.get<Overview>(`/projects/${project}/suspects/overview`, undefined, signal),
    refetchInterval: ({ state: { data } }) => (isGoing(data) ? POLL_MS : false),
  });

/** The list stays as it was opened: what is judged keeps its place until it is asked for anew. */
export const suspectsOf = (project: string, run: string, filter: Filter) =>
  infiniteQueryOptions({
    queryKey: ['project', project, 'suspects', 'list', run, filter],
    staleTime: Infinity,
    gcTime: 0,
    refetchOnMount: false,
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) =>
      api.get<SuspectPage>(
        `/projects/${project}/suspects`,
        { ...filter, minimum_score: filter.minimum_score || null, cursor: pageParam, limit: PAGE },
        signal,
      ),
    getNextPageParam: (page: SuspectPage) => page.next,
  });

export const startRun = (project: string) => api.post<{ run: string }>(`/projects/${project}/suspects/runs`);

export const sendVerdict = (
  project: string,
  suspect: string,
  body: { verdict: SuspectVerdict | null; send_back?: boolean },
) => api.post<JudgedSuspect>(`/projects/${project}/suspects/${suspect}/verdict`, body);
