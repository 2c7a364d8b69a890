// Knows how to bring a GraphModel from an address: model.json, then its shards, checked before anyone uses them.
import { groupSize } from '@asfp/core';
import { assembleModel } from './assembleModel.ts';
import { listedHash, type Shard } from './checkShards.ts';
import { type DownloadOptions, download } from './download.ts';
import { downloadPatiently, passes } from './downloadPatiently.ts';
import { type ModelCache, openModelCache } from './modelCache.ts';
import { type GraphModelFile, type ParsedModelFile, parseModelFile } from './parseModelFile.ts';
import { sha256 } from './sha256.ts';

/** How far a download is; the total is null until model.json is read, or where it does not say. */
export interface FetchProgress {
  readonly loadedBytes: number;
  readonly totalBytes: number | null;
}

/** How a download is watched and stopped, and where its files lie. */
export interface FetchOptions {
  readonly onProgress?: ((progress: FetchProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Whether files are kept for the next visit, and taken from an earlier one; they are by default. */
  readonly cache?: boolean;
  /**
   * Where a file really lies, for signed addresses and renamed files: told the name of a file (model.json, or a weight
   * file as model.json calls it) and the address where it would be looked for; nothing leaves it there.
   */
  readonly locate?: ((name: string, url: string) => Located | Promise<Located>) | undefined;
}

/** An address, or nothing. */
export type Located = string | undefined;

/**
 * Brings and checks a GraphModel. What the browser kept from an earlier visit is not brought again: weight files that
 * the card lists by their SHA-256 (verified once more), and model.json where its address does not answer. Failures that
 * may pass are tried three times. Throws an AsfpError for an address that does not answer, a file that is no GraphModel,
 * or a shard of the wrong length or hash; when aborted, the signal's reason.
 */
export async function fetchModel(url: string, options: FetchOptions = {}): Promise<GraphModelFile> {
  const { onProgress, signal, locate, cache: useCache = true } = options;
  let loadedBytes = 0;
  let totalBytes: number | null = null;
  const onBytes = (bytes: number): void => {
    loadedBytes += bytes;
    onProgress?.({ loadedBytes, totalBytes });
  };

  const cache = useCache ? await openModelCache() : undefined;
  const name =
    url
      .replace(/[?#].*$/, '')
      .split('/')
      .at(-1) ?? '';
  const address = (await locate?.(name, url)) ?? url;
  const json = await bringJson(address, absolute(url), cache, { signal, onBytes });
  const parsed = parseModelFile(new TextDecoder().decode(json), address);
  const listed = parsed.card?.shards;
  // Kept first, so that weight files that come now are known as some model's.
  if (listed) await cache?.keepJson(absolute(url), json);
  totalBytes = sumOfGroups(parsed, json.length);
  onProgress?.({ loadedBytes, totalBytes });

  const file = await assembleModel(parsed, json, async (path, atMost): Promise<Shard> => {
    const wanted = listedHash(listed, path);
    const beside = shardUrl(path, address);
    const kept = wanted === undefined ? undefined : await cache?.shard(wanted);
    if (kept && (await sha256(kept)) === wanted) {
      onBytes(kept.length);
      return { path, url: beside, bytes: kept, hash: wanted };
    }
    const found = (await locate?.(path, beside)) ?? beside;
    const bytes = await downloadPatiently(found, { signal, onBytes, atMost });
    const hash = wanted === undefined ? null : await sha256(bytes);
    if (hash !== null && hash === wanted) await cache?.keepShard(hash, bytes);
    return { path, url: found, bytes, hash };
  });
  signal?.throwIfAborted();
  return file;
}

/** model.json as its server has it; the one that was kept where the server does not answer. */
async function bringJson(
  address: string,
  key: string,
  cache: ModelCache | undefined,
  options: DownloadOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  if (!cache) return downloadPatiently(address, options);
  try {
    return await download(address, options);
  } catch (error) {
    if (!passes(error)) throw error;
    return (await cache.json(key)) ?? downloadPatiently(address, options);
  }
}

/** A shard's address: beside model.json, with the same query, so that a signed folder stays signed. */
export function shardUrl(path: string, modelUrl: string): string {
  const model = new URL(absolute(modelUrl));
  const shard = new URL(path, model);
  if (shard.search === '') shard.search = model.search;
  return shard.href;
}

function absolute(url: string): string {
  return new URL(url, typeof location === 'undefined' ? undefined : location.href).href;
}

function sumOfGroups(parsed: ParsedModelFile, jsonBytes: number): number | null {
  let sum = jsonBytes;
  for (const group of parsed.groups) {
    const bytes = groupSize(group, parsed.url);
    if (bytes === undefined) return null;
    sum += bytes;
  }
  return sum;
}
