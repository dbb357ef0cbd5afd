/** Sends one file of an upload and tells how far it is; fetch cannot tell that. */
import { address, csrfHeader, problemOf, ProblemError, Unreachable } from '../../api';
import type { Named, Sending } from './upload-queue';

export interface Picked extends Named {
  file: File;
}

/** A file with its path inside the folder that was dropped or chosen. */
export function picked(file: File & { path?: string }): Picked {
  const path = file.webkitRelativePath || file.path || file.name;
  return { name: path.replace(/^(\.?\/)+/, '') || file.name, size: file.size, file };
}

export function sendTo(upload: string) {
  return ({ name, file }: Picked, { signal, onProgress }: Sending): Promise<void> =>
    new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open('PUT', address(`/uploads/${upload}/files`, { name }));
      request.setRequestHeader('Content-Type', 'application/octet-stream');
      for (const [header, value] of Object.entries(csrfHeader())) request.setRequestHeader(header, value);
      request.upload.onprogress = (event) => onProgress(event.loaded);
      request.onload = () => {
        if (request.status < 300) resolve();
        else reject(problemOf(request.status, request.responseText));
      };
      request.onerror = () => reject(new Unreachable());
      request.onabort = () => reject(new DOMException('Stopped', 'AbortError'));
      signal.addEventListener('abort', () => request.abort(), { once: true });
      request.send(file);
    });
}

/** A lost connection or a server that is busy may pass; a refused file does not. */
export function mayPass(error: unknown): boolean {
  return error instanceof ProblemError && (error.status === 0 || error.status === 429 || error.status >= 502);
}
