/** An upload of one import: files in, an upload id out. */
import { useCallback, useEffect, useState, useSyncExternalStore } from 'react';

import { api } from '../../api';
import { tellProblem } from '../notify';
import { mayPass, type Picked, sendTo } from './send-file';
import { UploadQueue } from './upload-queue';

const pause = (milliseconds: number) => new Promise<void>((done) => setTimeout(done, milliseconds));
const NOTHING = () => () => undefined;

export interface Upload {
  id: string;
  queue: UploadQueue<Picked>;
}

export function useUpload(project: string) {
  const [upload, setUpload] = useState<Upload | null>(null);
  useSyncExternalStore(upload?.queue.subscribe ?? NOTHING, () => upload?.queue.snapshot() ?? 0);

  const add = useCallback(
    async (files: Picked[]) => {
      if (files.length === 0) return;
      if (upload) {
        upload.queue.add(files);
        return;
      }
      try {
        const { id } = await api.post<{ id: string }>(`/projects/${project}/uploads`);
        const queue = new UploadQueue<Picked>({ send: sendTo(id), isPassing: mayPass, pause });
        queue.add(files);
        setUpload({ id, queue });
      } catch (error) {
        tellProblem(error);
      }
    },
    [project, upload],
  );

  const forget = useCallback(() => setUpload(null), []);
  const cancel = useCallback(() => {
    if (!upload) return;
    upload.queue.stop();
    void api.delete(`/uploads/${upload.id}`).catch(tellProblem);
    setUpload(null);
  }, [upload]);

  const sum = upload?.queue.sum() ?? null;
  const isRunning = sum?.isRunning ?? false;
  useEffect(() => {
    if (!isRunning) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', warn);
    return () => window.removeEventListener('beforeunload', warn);
  }, [isRunning]);

  return { upload, sum, add, forget, cancel };
}
