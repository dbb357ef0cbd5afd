/**
 * The one way to the server: JSON in and out, the CSRF header on changes, problem documents as errors.
 *
 * Creating posts carry an Idempotency-Key, so a repeated attempt makes nothing twice.
 */
import { phrase } from './language/language';
import { freshId } from './model/ids';
import type { Problem, Session } from './wire';

const ROOT = '/api/v1';
const SAFE = new Set(['GET', 'HEAD']);

export type Query = Record<string, string | number | boolean | null | undefined>;

export interface Asking {
  query?: Query;
  /** Sent as JSON. */
  body?: unknown;
  /** Sent as it is: files and text. */
  raw?: BodyInit;
  type?: string;
  key?: string;
  signal?: AbortSignal;
  /** Let the request outlive the page. */
  keepalive?: boolean;
}

/** An answer that is not a success: what happened, where, and what to do. */
export class ProblemError extends Error {
  readonly status: number;
  readonly code: string;
  readonly place: string | null;
  readonly remedy: string | null;
  readonly errors: { [field: string]: unknown }[];
  readonly problem: Problem;

  constructor(status: number, problem: Problem) {
    super(problem.detail || problem.title || `The server answered with ${status}.`);
    this.name = 'ProblemError';
    this.status = status;
    this.code = problem.code ?? `http.${status}`;
    this.place = problem.place ?? null;
    this.remedy = problem.remedy ?? null;
    this.errors = problem.errors ?? [];
    this.problem = problem;
  }
}

/** The server did not answer at all. */
export class Unreachable extends ProblemError {
  constructor() {
    super(0, {
      code: 'network',
      detail: phrase('The server does not answer.'),
      remedy: phrase('Check that it runs and that you are connected, then try again.'),
    });
  }
}

let csrf = '';
const signedOut = new Set<() => void>();

/** Remembers the CSRF token that changes are sent with. */
export function rememberSession(session: Pick<Session, 'csrf'> | null): void {
  csrf = session?.csrf ?? '';
}

/** The header that every change carries. */
export function csrfHeader(): Record<string, string> {
  return csrf ? { 'X-CSRF-Token': csrf } : {};
}

/** Calls back when the server no longer knows who is asking; gives the way to stop. */
export function onSignedOut(listener: () => void): () => void {
  signedOut.add(listener);
  return () => signedOut.delete(listener);
}

/** The address of a path under the API, with its query; empty values are left out. */
export function address(path: string, query: Query = {}): string {
  const given = Object.entries(query).filter(([, value]) => value != null && value !== '');
  const search = new URLSearchParams(given.map(([name, value]) => [name, String(value)]));
  return ROOT + path + (given.length ? `?${search}` : '');
}

/** What a failed answer says, whether or not it is a problem document. */
export function problemOf(status: number, text: string): ProblemError {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === 'object' && parsed !== null) {
      return new ProblemError(status, parsed as Problem);
    }
  } catch {
    // Not JSON: a proxy's page, or nothing at all.
  }
  return new ProblemError(status, fallback(status));
}

function fallback(status: number): Problem {
  if (status === 413) {
    return { code: 'too_large', detail: phrase('This is larger than the server accepts.'), remedy: phrase('Send less at once.') };
  }
  if (status >= 500) {
    return { detail: phrase('The server failed on this.'), remedy: phrase('Try again; if it stays, look into its log.') };
  }
  return { detail: `The server refused this (${status}).` };
}

async function ask(method: string, path: string, asking: Asking): Promise<Response> {
  const headers: Record<string, string> = { Accept: 'application/json' };
  if (!SAFE.has(method)) Object.assign(headers, csrfHeader());
  if (asking.key) headers['Idempotency-Key'] = asking.key;
  let body = asking.raw;
  if (asking.body !== undefined) {
    headers['Content-Type'] = 'application/json';
    body = JSON.stringify(asking.body);
  } else if (asking.type) {
    headers['Content-Type'] = asking.type;
  }
  try {
    return await fetch(address(path, asking.query), {
      method,
      headers,
      credentials: 'same-origin',
      ...(body === undefined ? {} : { body }),
      ...(asking.signal ? { signal: asking.signal } : {}),
      ...(asking.keepalive ? { keepalive: true } : {}),
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new Unreachable();
  }
}

async function settled(method: string, path: string, asking: Asking): Promise<Response> {
  const response = await ask(method, path, asking);
  if (response.ok) return response;
  const problem = problemOf(response.status, await response.text());
  const isAsking = path.startsWith('/session') || path.startsWith('/invitations/by-token');
  if (response.status === 401 && !isAsking) signedOut.forEach((listener) => listener());
  throw problem;
}

async function json<T>(method: string, path: string, asking: Asking = {}): Promise<T> {
  const text = await (await settled(method, path, asking)).text();
  return (text ? JSON.parse(text) : null) as T;
}

export const api = {
  get: <T>(path: string, query?: Query, signal?: AbortSignal) =>
    json<T>('GET', path, { ...(query ? { query } : {}), ...(signal ? { signal } : {}) }),
  post: <T>(path: string, body?: unknown, asking: Asking = {}) =>
    json<T>('POST', path, { key: freshId(), ...asking, ...(asking.raw ? {} : { body: body ?? {} }) }),
  put: <T>(path: string, body?: unknown, asking: Asking = {}) =>
    json<T>('PUT', path, { ...asking, ...(asking.raw ? {} : { body: body ?? {} }) }),
  patch: <T>(path: string, body: unknown) => json<T>('PATCH', path, { body }),
  delete: (path: string, asking: Asking = {}) => json<null>('DELETE', path, asking),
  text: async (path: string, query?: Query) =>
    (await settled('GET', path, query ? { query } : {})).text(),
};
