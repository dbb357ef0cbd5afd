/** Word between the tabs of one browser, so that each sees at once what the others saved. */

export interface Neighbors {
  /** Say that a draft has grown. */
  tell(member: string, task: string, revision: number): void;
  /** Hear of it from other tabs; gives what ends the listening. */
  listen(hear: (member: string, task: string, revision: number) => void): () => void;
}

interface Word {
  member: string;
  task: string;
  revision: number;
}

/** Tabs that share a channel; without channels in the browser nobody is heard. */
export function neighbors(name = 'labelwright-drafts'): Neighbors {
  if (typeof BroadcastChannel === 'undefined') return { tell: () => undefined, listen: () => () => undefined };
  const channel = new BroadcastChannel(name);
  return {
    tell: (member, task, revision) => channel.postMessage({ member, task, revision } satisfies Word),
    listen(hear) {
      const listener = ({ data }: MessageEvent<Word>) => hear(data.member, data.task, data.revision);
      channel.addEventListener('message', listener);
      return () => channel.removeEventListener('message', listener);
    },
  };
}
