/** Server state: one query for each noun, with the keys by which live events make them stale. */
import {
  keepPreviousData,
  MutationCache,
  QueryClient,
  queryOptions,
  useInfiniteQuery,
} from '@tanstack/react-query';

import { api, onSignedOut, ProblemError, rememberSession } from './api';
import type * as wire from './wire';

export const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      refetchOnWindowFocus: false,
      retry: (failures, error) => failures < 2 && isPassing(error),
    },
  },
  mutationCache: new MutationCache({
    onError: (error, _variables, _context, mutation) => {
      if (!mutation.meta?.quiet) void import('./ui/notify').then(({ tellProblem }) => tellProblem(error));
    },
  }),
});

function isPassing(error: unknown): boolean {
  return !(error instanceof ProblemError) || error.status === 0 || error.status >= 502;
}

onSignedOut(() => client.setQueryData(['session'], null));

export const session = queryOptions({
  queryKey: ['session'],
  staleTime: Infinity,
  queryFn: async (): Promise<wire.Session | null> => {
    try {
      const answer = await api.get<wire.Session>('/session');
      rememberSession(answer);
      return answer;
    } catch (error) {
      if (error instanceof ProblemError && error.status === 401) return null;
      throw error;
    }
  },
});

/** Takes a new session over, so that every page knows who is signed in. */
export function beginSession(answer: wire.Session): void {
  rememberSession(answer);
  client.clear();
  client.setQueryData(session.queryKey, answer);
}

export function endSession(): void {
  rememberSession(null);
  client.clear();
  client.setQueryData(session.queryKey, null);
}

function list<T>(key: readonly unknown[], path: string, query: Record<string, string> = {}) {
  return queryOptions({ queryKey: key, queryFn: () => everyPage<T>(path, query) });
}

/** All pages of a list that is known to be short. */
export async function everyPage<T>(path: string, query: Record<string, string> = {}): Promise<T[]> {
  const all: T[] = [];
  let cursor: string | null = null;
  do {
    const page: wire.Page<T> = await api.get<wire.Page<T>>(path, { ...query, cursor });
    all.push(...page.items);
    cursor = page.next ?? null;
  } while (cursor && all.length < 5000);
  return all;
}

function one<T>(key: readonly unknown[], path: string) {
  return queryOptions({ queryKey: key, queryFn: ({ signal }) => api.get<T>(path, undefined, signal) });
}

export const projects = () => list<wire.Project>(['projects'], '/projects');
export const project = (id: string) => one<wire.Project>(['project', id], `/projects/${id}`);
export const progress = (id: string) =>
  one<wire.Progress>(['project', id, 'progress'], `/projects/${id}/progress`);
export const ontology = (id: string) =>
  one<wire.OntologyView>(['project', id, 'ontology'], `/projects/${id}/ontology`);
export const ontologyVersions = (id: string) =>
  list<wire.OntologyVersion>(['project', id, 'ontology', 'versions'], `/projects/${id}/ontology/versions`);
export const ontologyYaml = (id: string) =>
  queryOptions({
    queryKey: ['project', id, 'ontology', 'yaml'],
    queryFn: () => api.text(`/projects/${id}/ontology.yaml`),
  });
export const brief = (id: string) => one<wire.BriefView>(['project', id, 'brief'], `/projects/${id}/brief`);
export const briefVersions = (id: string) =>
  list<wire.BriefView>(['project', id, 'brief', 'versions'], `/projects/${id}/brief/versions`);
export const projectMembers = (id: string) =>
  list<wire.ProjectMember>(['project', id, 'members'], `/projects/${id}/members`);
export const imports = (id: string) =>
  list<wire.Import>(['project', id, 'imports'], `/projects/${id}/imports`);
export const importOf = (id: string) => one<wire.Import>(['import', id], `/imports/${id}`);
export const releases = (id: string) =>
  list<wire.Release>(['project', id, 'releases'], `/projects/${id}/releases`);
export const jobs = (project?: string) =>
  list<wire.Job>(['jobs', project ?? 'all'], '/jobs', project ? { project } : {});
export const job = (id: string) => one<wire.Job>(['job', id], `/jobs/${id}`);
export const members = () => list<wire.Member>(['members'], '/members');
export const invitations = () => list<wire.Invitation>(['invitations'], '/invitations');
export const tokens = () => list<wire.Token>(['tokens'], '/tokens');
export const formats = () => list<wire.FormatInfo>(['formats'], '/formats');
export const item = (id: string) => one<wire.Item>(['item', id], `/items/${id}`);
export const history = (id: string) => one<wire.History>(['item', id, 'history'], `/items/${id}/history`);
export const document = (id: string) => one<wire.DocumentView>(['document', id], `/documents/${id}`);
export const issues = (id: string) => list<wire.Issue>(['item', id, 'issues'], `/items/${id}/issues`);

/** The audit log, newest first, a page at a time. */
export function useAudit(filter: { action: string; subject: string }) {
  return useInfiniteQuery({
    queryKey: ['audit', filter],
    initialPageParam: null as string | null,
    placeholderData: keepPreviousData,
    queryFn: ({ pageParam }) =>
      api.get<wire.Page<wire.AuditEntry>>('/audit', { ...filter, cursor: pageParam, limit: 100 }),
    getNextPageParam: (last) => last.next ?? null,
  });
}
export const releaseCard = (id: string) => one<wire.ReleaseCard>(['release', id, 'card'], `/releases/${id}/card`);
export const releaseDifference = (before: string, after: string) =>
  one<wire.Difference>(['release', before, 'difference', after], `/releases/${before}/difference/${after}`);
