import { afterEach, describe, expect, test, vi } from 'vitest';

import { address, api, onSignedOut, problemOf, ProblemError, rememberSession } from './api';

function answers(status: number, body: string) {
  const asked = vi.fn((_url: string, _init: RequestInit) => Promise.resolve(new Response(body || null, { status })));
  vi.stubGlobal('fetch', asked);
  return asked;
}

function headersOf(asked: ReturnType<typeof answers>): Record<string, string> {
  return asked.mock.calls[0]![1].headers as Record<string, string>;
}

afterEach(() => {
  vi.unstubAllGlobals();
  rememberSession(null);
});

describe('problems', () => {
  test('a problem document keeps its code, place and remedy', () => {
    const problem = problemOf(
      409,
      '{"code":"version.stale","detail":"It changed.","place":"base","remedy":"Load it again."}',
    );

    expect(problem).toBeInstanceOf(ProblemError);
    expect(problem).toMatchObject({
      status: 409,
      code: 'version.stale',
      message: 'It changed.',
      place: 'base',
      remedy: 'Load it again.',
    });
  });

  test('a page of a proxy still becomes a sentence with a remedy', () => {
    const problem = problemOf(502, '<html>Bad gateway</html>');

    expect(problem.message).toMatch(/failed/);
    expect(problem.remedy).toBeTruthy();
  });

  test('no answer at all is told as such', async () => {
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('network')));

    await expect(api.get('/projects')).rejects.toMatchObject({ status: 0, code: 'network' });
  });

  test('an aborted request stays an abort, not a network fault', async () => {
    vi.stubGlobal('fetch', () => Promise.reject(new DOMException('stop', 'AbortError')));

    await expect(api.get('/projects')).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('what is sent', () => {
  test('reading sends no token, changing sends it', async () => {
    rememberSession({ csrf: 'secret' });
    const read = answers(200, '{}');
    await api.get('/projects');
    const readHeaders = headersOf(read);
    const changed = answers(200, '{}');
    await api.patch('/projects/1', {});

    expect(readHeaders).not.toHaveProperty('X-CSRF-Token');
    expect(headersOf(changed)).toHaveProperty('X-CSRF-Token', 'secret');
  });

  test('each creating post carries a key of its own', async () => {
    const asked = answers(201, '{}');
    await api.post('/projects', {});
    await api.post('/projects', {});

    const keys = asked.mock.calls.map(([, init]) => (init.headers as Record<string, string>)['Idempotency-Key']);
    expect(keys[0]).toBeTruthy();
    expect(keys[0]).not.toBe(keys[1]);
  });

  test('empty values are left out of an address, others are escaped', () => {
    expect(address('/items', { state: '', search: 'a b&c', near: null, limit: 5 })).toBe(
      '/api/v1/items?search=a+b%26c&limit=5',
    );
  });

  test('an empty answer is null', async () => {
    answers(204, '');

    expect(await api.delete('/tokens/1')).toBeNull();
  });
});

describe('signing out elsewhere', () => {
  test('a 401 tells the listeners, except while signing in', async () => {
    const listener = vi.fn();
    const stop = onSignedOut(listener);
    answers(401, '{}');
    await api.post('/session', {}).catch(() => undefined);
    const whileSigningIn = listener.mock.calls.length;
    await api.get('/projects').catch(() => undefined);
    stop();

    expect(whileSigningIn).toBe(0);
    expect(listener).toHaveBeenCalledOnce();
  });
});
