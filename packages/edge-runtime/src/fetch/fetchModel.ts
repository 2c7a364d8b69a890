// Knows how to bring a GraphModel from an address: model.json, then its shards, checked before anyone uses them.
import { checkShardHashes, checkShardLengths, groupBytes, type Shard } from './checkShards.ts';
import { download } from './download.ts';
import { type GraphModelFile, type ParsedModelFile, parseModelFile } from './parseModelFile.ts';
import { sha256 } from './sha256.ts';

/** How far a download is; the total is null until model.json is read, or where it does not say. */
export interface FetchProgress {
  readonly loadedBytes: number;
  readonly totalBytes: number | null;
}

/** How a download is watched and stopped. */
export interface FetchOptions {
  readonly onProgress?: ((progress: FetchProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Brings and checks a GraphModel. Throws an AsfpError for an address that does not answer, a file that is no
 * GraphModel, or a shard of the wrong length or hash; when aborted, the signal's reason.
 */
export async function fetchModel(url: string, options: FetchOptions = {}): Promise<GraphModelFile> {
  const { onProgress, signal } = options;
  let loadedBytes = 0;
  let totalBytes: number | null = null;
  const onBytes = (bytes: number): void => {
    loadedBytes += bytes;
    onProgress?.({ loadedBytes, totalBytes });
  };

  const json = await download(url, { signal, onBytes });
  const parsed = parseModelFile(new TextDecoder().decode(json), url);
  totalBytes = sumOfGroups(parsed, json.length);
  onProgress?.({ loadedBytes, totalBytes });

  const groups = await Promise.all(
    parsed.groups.map(async (group) => {
      const atMost = groupBytes(group);
      const shards = await Promise.all(
        group.paths.map(async (path): Promise<Shard> => {
          const address = shardUrl(path, url);
          return { path, url: address, bytes: await download(address, { signal, onBytes, atMost }) };
        }),
      );
      checkShardLengths(group, shards);
      return shards;
    }),
  );
  const shards = groups.flat();
  const hashChecked = await checkShardHashes(shards, parsed.card?.shards);
  signal?.throwIfAborted();
  const bytesOf = new Map(shards.map(({ path, bytes }) => [path, bytes]));
  return { ...parsed, hash: await sha256(json), shards: bytesOf, bytes: loadedBytes, hashChecked };
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
