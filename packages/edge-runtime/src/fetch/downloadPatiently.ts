// Knows which failures of a download pass by themselves, and how long to wait for that.
import { AsfpError } from '@asfp/core';
import { type DownloadOptions, download } from './download.ts';

/** Milliseconds before the second and the third attempt. */
const WAITS_MS = [200, 1000];

/** True for a connection that broke, and for a server that is busy or broken for now. */
export function passes(error: unknown): boolean {
  if (!(error instanceof AsfpError)) return false;
  return error.code === 'network' || /^status (408|429|5\d\d)\b/.test(error.failure.found ?? '');
}

/** Like `download`, three times at most; what came before a connection broke is taken back by a negative number of bytes. */
export async function downloadPatiently(
  url: string,
  options: DownloadOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const { signal, onBytes } = options;
  for (let attempt = 0; ; attempt++) {
    let came = 0;
    const count = (bytes: number): void => {
      came += bytes;
      onBytes?.(bytes);
    };
    try {
      return await download(url, { ...options, onBytes: count });
    } catch (error) {
      const wait = WAITS_MS[attempt];
      if (wait === undefined || !passes(error)) throw error;
      if (came > 0) onBytes?.(-came);
      await pause(wait, signal);
    }
  }
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal?.addEventListener('abort', stop, { once: true });
  });
}
