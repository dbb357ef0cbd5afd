/** Delivery of operations in batches; one that the server will not take does not hold up the others. */
import type { Operation } from '../model/operations';
import { codeOf, statusOf } from './transport';

export const MOST_AT_ONCE = 500;

/** What a failed request says about trying again. */
export type Failure = 'offline' | 'full' | 'signed-out' | 'lease-lost' | 'closed' | 'content';

export function failureOf(error: unknown): Failure {
  const status = statusOf(error);
  const code = codeOf(error);
  if (status === 401 || code === 'forged') return 'signed-out';
  if (code === 'storage.full') return 'full';
  if (code === 'task.lease_lost') return 'lease-lost';
  if (status === 403 || status === 404 || status === 409) return 'closed';
  if (status >= 400 && status < 500 && status !== 429 && status !== 408) return 'content';
  return 'offline';
}

/**
 * Send all operations in order. A batch that is refused for what it holds is halved, until the
 * operations at fault stand alone; these are given back. Rejects with any other failure.
 */
export async function deliver(
  operations: readonly Operation[],
  send: (batch: readonly Operation[]) => Promise<unknown>,
): Promise<Operation[]> {
  const refused: Operation[] = [];
  for (let at = 0; at < operations.length; at += MOST_AT_ONCE) {
    refused.push(...(await batch(operations.slice(at, at + MOST_AT_ONCE), send)));
  }
  return refused;
}

async function batch(
  operations: readonly Operation[],
  send: (batch: readonly Operation[]) => Promise<unknown>,
): Promise<Operation[]> {
  try {
    await send(operations);
    return [];
  } catch (error) {
    if (failureOf(error) !== 'content') throw error;
    if (operations.length === 1) return [...operations];
    const half = operations.length >> 1;
    return [...(await batch(operations.slice(0, half), send)), ...(await batch(operations.slice(half), send))];
  }
}
