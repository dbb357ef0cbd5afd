/** The error codes of a project: those every project has in the language in use, and its own as written. */
import { queryOptions, useQuery } from '@tanstack/react-query';

import { api } from '../api';
import { t } from '../language/language';
import type { components } from '../model/api';
import { ERROR_WORDS, plain } from './words';

export type KnownCode = components['schemas']['KnownCode'];

export const errorCodes = (project: string) =>
  queryOptions({
    queryKey: ['project', project, 'error-codes'],
    staleTime: 60_000,
    queryFn: ({ signal }) => api.get<KnownCode[]>(`/projects/${project}/error-codes`, undefined, signal),
  });

/** What a code is called; `known` are the project's. */
export function wordOfCode(code: string, known: readonly KnownCode[] = []): string {
  if (code === 'missing') return t('Missing');
  return ERROR_WORDS[code] ?? known.find((one) => one.code === code)?.title ?? plain(code);
}

/** A function that names the codes of a project. */
export function useCodeWords(project: string): (code: string) => string {
  const { data } = useQuery(errorCodes(project));
  return (code) => wordOfCode(code, data);
}

/** What a reviewer may name of an annotation that stands there, in the order of their buttons. */
export function offered(known: readonly KnownCode[] | undefined): { code: string; word: string; told: string }[] {
  const usual = Object.entries(ERROR_WORDS).map(([code, word]) => ({ code, word, told: '' }));
  const own = (known ?? []).filter(({ own, retired }) => own && !retired);
  return [...usual, ...own.map(({ code, title, description }) => ({ code, word: title, told: description ?? '' }))];
}
