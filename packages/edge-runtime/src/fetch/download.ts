// Knows how to bring one file from an address, with its progress.
import { AsfpError } from '@asfp/core';

/** How a download is watched and stopped. */
export interface DownloadOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called with the number of bytes that came since the last call. */
  readonly onBytes?: ((bytes: number) => void) | undefined;
  /** Stop early when more bytes than this come; the caller sees that the file is too long. */
  readonly atMost?: number | undefined;
}

/**
 * The bytes at an address. Throws an AsfpError with the address and the status or the network's reason; when aborted,
 * the signal's reason.
 */
export async function download(url: string, options: DownloadOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
  const { signal, onBytes, atMost = Number.POSITIVE_INFINITY } = options;
  signal?.throwIfAborted();
  try {
    const response = await fetch(url, signal ? { signal } : {});
    if (!response.ok) throw badStatus(url, response);
    const chunks: Uint8Array[] = [];
    let length = 0;
    const reader = response.body?.getReader();
    while (reader) {
      const { done, value } = await reader.read();
      if (done) break;
      chunks.push(value);
      length += value.length;
      onBytes?.(value.length);
      if (length > atMost) {
        await reader.cancel();
        break;
      }
    }
    return joined(chunks, length);
  } catch (cause) {
    if (signal?.aborted) throw signal.reason;
    if (cause instanceof AsfpError) throw cause;
    throw new AsfpError(
      {
        code: 'network',
        where: url,
        expected: 'a file',
        found: `no answer (${cause instanceof Error ? cause.message : String(cause)})`,
        cure: 'Check the address, the connection, and that the server allows this page to read it (CORS, CSP connect-src)',
      },
      { cause },
    );
  }
}

function badStatus(url: string, response: Response): AsfpError {
  return new AsfpError({
    code: 'http-status',
    where: url,
    expected: 'a file',
    found: `status ${response.status} ${response.statusText}`.trimEnd(),
    cure: 'Check the address and that the file lies on the server',
  });
}

function joined(chunks: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}
