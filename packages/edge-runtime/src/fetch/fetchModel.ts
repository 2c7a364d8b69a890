// Knows how to bring a GraphModel from an address: model.json, then its shards, checked before anyone uses them.
import { assembleModel } from './assembleModel.ts';
import { groupBytes } from './checkShards.ts';
import { download } from './download.ts';
import { type GraphModelFile, type ParsedModelFile, parseModelFile } from './parseModelFile.ts';

/** How far a download is; the total is null until model.json is read, or where it does not say. */
export interface FetchProgress {
  readonly loadedBytes: number;
  readonly totalBytes: number | null;
}

/** How a download is watched and stopped, and where its files lie. */
export interface FetchOptions {
  readonly onProgress?: ((progress: FetchProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /**
   * Where a file really lies, for signed addresses and renamed files: told the name of a file (model.json, or a weight
   * file as model.json calls it) and the address where it would be looked for; nothing leaves it there.
   */
  readonly locate?: ((name: string, url: string) => Located | Promise<Located>) | undefined;
}

/** An address, or nothing. */
export type Located = string | undefined;

/**
 * Brings and checks a GraphModel. Throws an AsfpError for an address that does not answer, a file that is no
 * GraphModel, or a shard of the wrong length or hash; when aborted, the signal's reason.
 */
export async function fetchModel(url: string, options: FetchOptions = {}): Promise<GraphModelFile> {
  const { onProgress, signal, locate } = options;
  let loadedBytes = 0;
  let totalBytes: number | null = null;
  const onBytes = (bytes: number): void => {
    loadedBytes += bytes;
    onProgress?.({ loadedBytes, totalBytes });
  };

  const name =
    url
      .replace(/[?#].*$/, '')
      .split('/')
      .at(-1) ?? '';
  const address = (await locate?.(name, url)) ?? url;
  const json = await download(address, { signal, onBytes });
  const parsed = parseModelFile(new TextDecoder().decode(json), address);
  totalBytes = sumOfGroups(parsed, json.length);
  onProgress?.({ loadedBytes, totalBytes });

  const file = await assembleModel(parsed, json, async (path, atMost) => {
    const beside = shardUrl(path, address);
    const found = (await locate?.(path, beside)) ?? beside;
    return { path, url: found, bytes: await download(found, { signal, onBytes, atMost }) };
  });
  signal?.throwIfAborted();
  return file;
}

/** A shard's address: beside model.json, with the same query, so that a signed folder stays signed. */
export function shardUrl(path: string, modelUrl: string): string {
  const base = typeof location === 'undefined' ? undefined : location.href;
  const model = new URL(modelUrl, base);
  const shard = new URL(path, model);
  if (shard.search === '') shard.search = model.search;
  return shard.href;
}

function sumOfGroups(parsed: ParsedModelFile, jsonBytes: number): number | null {
  let sum = jsonBytes;
  for (const group of parsed.groups) {
    const bytes = groupBytes(group);
    if (bytes === undefined) return null;
    sum += bytes;
  }
  return sum;
}
