// Knows how to fetch a file over https: checked against its SHA-256, and never half there.

import { createHash } from 'node:crypto';
import { rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { AsfpError, describeError } from '@asfp/core';
import { makeFolders } from '../record/makeFolders.ts';

/** A file to fetch. */
export interface Download {
  /** Addresses of the same file, tried in order. */
  readonly urls: readonly string[];
  /** Of the bytes, or of what they unpack to. */
  readonly sha256: string;
  /** Whether `sha256` is of the unpacked bytes: mirrors may have packed them anew. */
  readonly ofUnpacked: boolean;
}

/** Longest wait for the first byte, and between two pieces, milliseconds. */
const firstByteMs = 5_000;
const stallMs = 30_000;

/**
 * Fetches the file and puts it at `path`, which stays as it is when anything fails.
 * Throws AsfpError `download-failed` naming what each address answered.
 */
export async function download(file: Download, path: string): Promise<void> {
  const failures: string[] = [];
  for (const url of file.urls) {
    const host = new URL(url).host;
    try {
      const bytes = await fetchBytes(url);
      const found = createHash('sha256')
        .update(file.ofUnpacked ? gunzipSync(bytes) : bytes)
        .digest('hex');
      if (found !== file.sha256) {
        failures.push(`${host}: SHA-256 ${found} instead of ${file.sha256}`);
        continue;
      }
      await makeFolders(dirname(path));
      const partial = `${path}.${process.pid}.part`;
      try {
        await writeFile(partial, bytes);
        await rename(partial, path);
      } finally {
        await rm(partial, { force: true });
      }
      return;
    } catch (error) {
      failures.push(`${host}: ${describeError(error)}`);
    }
  }
  throw new AsfpError({
    code: 'download-failed',
    where: file.urls[0] ?? path,
    expected: 'the file with its known SHA-256',
    found: failures.join('; '),
    cure: 'Check the network, or give a folder that has the files with --data',
  });
}

async function fetchBytes(url: string): Promise<Uint8Array> {
  const abort = new AbortController();
  let timer = setTimeout(() => abort.abort(new Error('no answer within 5 s')), firstByteMs);
  try {
    const response = await fetch(url, { signal: abort.signal });
    if (!response.ok || !response.body) throw new Error(`HTTP ${response.status}`);
    const pieces: Uint8Array[] = [];
    for await (const piece of response.body) {
      pieces.push(piece);
      clearTimeout(timer);
      timer = setTimeout(() => abort.abort(new Error('the transfer stalled')), stallMs);
    }
    return Buffer.concat(pieces);
  } finally {
    clearTimeout(timer);
  }
}
