/** Operations that earlier sessions left in the journal for other tasks. */
import type { Operation } from '../model/operations';
import { deliver } from './deliver';
import type { Journal } from './journal';
import type { Transport } from './transport';

const NOTHING_NEW = 2 ** 31 - 1; // a revision past every other: what others did is not asked for

/** Deliver what was left for other tasks; gives how many operations could not be. */
export async function deliverLeftovers(
  journal: Journal,
  transport: Transport,
  member: string,
  except: string,
): Promise<number> {
  const byTask = new Map<string, Operation[]>();
  for (const entry of await journal.list(member)) {
    if (entry.task !== except) byTask.set(entry.task, [...(byTask.get(entry.task) ?? []), entry.operation]);
  }
  let left = 0;
  for (const [task, operations] of byTask) {
    const missing = new Set(operations);
    try {
      await deliver(operations, async (batch) => {
        await transport.append(task, NOTHING_NEW, batch, { late: true });
        await journal.remove(batch.map((operation) => operation.id));
        batch.forEach((operation) => missing.delete(operation));
      });
    } catch {
      // Offline, signed out, or a task that is gone: another session may do better.
    }
    left += missing.size;
  }
  return left;
}
