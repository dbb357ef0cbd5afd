/** Word between the tabs of one browser: what was saved elsewhere, and which tabs are still there. */

export interface Neighbors {
  /** Say that a draft has grown. */
  tell(member: string, task: string, revision: number): void;
  /** Hear of it from other tabs; gives what ends the listening. */
  listen(hear: (member: string, task: string, revision: number) => void): () => void;
  /** Whether another tab goes by a name. */
  isThere(name: string): Promise<boolean>;
}

type Word =
  | { kind: 'grown'; member: string; task: string; revision: number }
  | { kind: 'who' | 'here'; name: string };

const PATIENCE = 400; // milliseconds: a busy tab answers late

const NOBODY: Neighbors = { tell: () => undefined, listen: () => () => undefined, isThere: async () => false };

/** The tabs that share a channel; this one goes by `own`. Without channels nobody is heard. */
export function neighbors(own: string, name = 'labelwright-tabs'): Neighbors {
  if (typeof BroadcastChannel === 'undefined') return NOBODY;
  const channel = new BroadcastChannel(name);
  const say = (word: Word) => channel.postMessage(word);
  const hear = (act: (word: Word) => void) => {
    const listener = ({ data }: MessageEvent<Word>) => act(data);
    channel.addEventListener('message', listener);
    return () => channel.removeEventListener('message', listener);
  };
  hear((word) => word.kind === 'who' && word.name === own && say({ kind: 'here', name: own }));
  return {
    tell: (member, task, revision) => say({ kind: 'grown', member, task, revision }),
    listen: (act) => hear((word) => word.kind === 'grown' && act(word.member, word.task, word.revision)),
    isThere: (asked) =>
      new Promise((resolve) => {
        const stop = hear((word) => word.kind === 'here' && word.name === asked && answer(true));
        const timer = setTimeout(() => answer(false), PATIENCE);
        function answer(found: boolean): void {
          clearTimeout(timer);
          stop();
          resolve(found);
        }
        say({ kind: 'who', name: asked });
      }),
  };
}
