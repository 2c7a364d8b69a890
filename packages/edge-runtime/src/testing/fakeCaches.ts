// Knows a Cache Storage in memory, as far as models are kept in one.

/** Stands in for `caches`; `entries` is what it holds, by address. */
export function fakeCaches(): { readonly caches: CacheStorage; readonly entries: Map<string, Uint8Array> } {
  const entries = new Map<string, Uint8Array<ArrayBuffer>>();
  const cache = {
    match: async (key: string) => {
      const found = entries.get(key);
      return found && new Response(found);
    },
    put: async (key: string, response: Response) => {
      entries.set(key, new Uint8Array(await response.arrayBuffer()));
    },
    keys: async () => [...entries.keys()].map((url) => ({ url })),
    delete: async (key: string) => entries.delete(key),
  };
  return { caches: { open: async () => cache } as unknown as CacheStorage, entries };
}
