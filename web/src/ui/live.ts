/** Live events of a project: what they touch is asked for again, at most a few times a second. */
import { useEffect, useState } from 'react';

import { address } from '../api';
import { client } from '../queries';

const KINDS = [
  'item.changed',
  'task.changed',
  'job.changed',
  'import.changed',
  'release.created',
  'ontology.changed',
  'brief.changed',
];
const PAUSE_MS = 700;

/** The keys that an event makes stale. */
export function touchedBy(kind: string, project: string): unknown[][] {
  switch (kind) {
    case 'item.changed':
    case 'task.changed':
      return [['project', project, 'progress'], ['project', project, 'items'], ['item']];
    case 'job.changed':
      return [['jobs'], ['job']];
    case 'import.changed':
      return [['project', project, 'imports'], ['project', project, 'items'], ['project', project, 'progress'], ['import']];
    case 'release.created':
      return [['project', project, 'releases']];
    case 'ontology.changed':
      return [['project', project, 'ontology']];
    case 'brief.changed':
      return [['project', project, 'brief']];
    default:
      return [];
  }
}

/** Listens while mounted; tells whether the connection stands. */
export function useLive(project: string): boolean {
  const [isLive, setLive] = useState(false);
  useEffect(() => {
    const source = new EventSource(address(`/projects/${project}/events`));
    const pending = new Map<string, unknown[]>();
    let timer: number | undefined;
    const flush = () => {
      timer = undefined;
      for (const key of pending.values()) void client.invalidateQueries({ queryKey: key });
      pending.clear();
    };
    const hear = (event: MessageEvent) => {
      for (const key of touchedBy(event.type, project)) pending.set(JSON.stringify(key), key);
      timer ??= window.setTimeout(flush, PAUSE_MS);
    };
    for (const kind of KINDS) source.addEventListener(kind, hear);
    source.onopen = () => setLive(true);
    source.onerror = () => setLive(false);
    return () => {
      source.close();
      window.clearTimeout(timer);
    };
  }, [project]);
  return isLive;
}
