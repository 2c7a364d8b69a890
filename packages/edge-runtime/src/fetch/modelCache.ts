// Knows where a browser keeps models for the next visit: weight files by their SHA-256, each model.json by its address.
import { readModelCard } from '@asfp/core';

/** The name of the cache; `caches.delete('asfp-models')` empties it. */
const NAME = 'asfp-models';

/** A host that cannot exist: the cache wants addresses, and these lead nowhere. */
const SHARD = 'https://asfp.invalid/shard/';
const MODEL = 'https://asfp.invalid/model?url=';

/** What was kept; whatever goes wrong with it, it is as if nothing had been. */
export interface ModelCache {
  json(url: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** Keeps a model.json, and lets the weight files go that no kept model.json lists any more. */
  keepJson(url: string, json: Uint8Array<ArrayBuffer>): Promise<void>;
  shard(hash: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
  keepShard(hash: string, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
}

/** The browser's cache; undefined where there is none (no secure context, private mode, Node). */
export async function openModelCache(): Promise<ModelCache | undefined> {
  const cache = await attempt(() => (typeof caches === 'undefined' ? undefined : caches.open(NAME)));
  if (!cache) return undefined;
  const read = (key: string): Promise<Uint8Array<ArrayBuffer> | undefined> =>
    attempt(async () => {
      const found = await cache.match(key);
      return found && new Uint8Array(await found.arrayBuffer());
    });
  const keep = (key: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> =>
    attempt(() => cache.put(key, new Response(bytes)));
  const json = (url: string): Promise<Uint8Array<ArrayBuffer> | undefined> =>
    read(MODEL + encodeURIComponent(url));
  return {
    json,
    keepJson: async (url, bytes) => {
      const before = await json(url);
      if (before && sameBytes(before, bytes)) return;
      await keep(MODEL + encodeURIComponent(url), bytes);
      await attempt(() => sweep(cache));
    },
    shard: (hash) => read(SHARD + hash),
    keepShard: (hash, bytes) => keep(SHARD + hash, bytes),
  };
}

async function sweep(cache: Cache): Promise<void> {
  const keys = (await cache.keys()).map(({ url }) => url);
  const listed = new Set<string>();
  for (const key of keys.filter((each) => each.startsWith(MODEL))) {
    const text = (await (await cache.match(key))?.text()) ?? 'null';
    const json = JSON.parse(text) as { userDefinedMetadata?: Readonly<Record<string, unknown>> } | null;
    for (const hash of Object.values(readModelCard(json?.userDefinedMetadata)?.shards ?? {})) {
      listed.add(hash.toLowerCase());
    }
  }
  for (const key of keys) {
    if (key.startsWith(SHARD) && !listed.has(key.slice(SHARD.length))) await cache.delete(key);
  }
}

/** A cache that is full, blocked or broken must not keep a model from opening. */
async function attempt<T>(work: () => Promise<T> | undefined): Promise<T | undefined> {
  try {
    return await work();
  } catch {
    return undefined;
  }
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
