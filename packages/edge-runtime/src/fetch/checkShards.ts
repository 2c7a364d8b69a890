// Knows whether the weight files that came are the ones that model.json speaks of.
import { AsfpError } from '@asfp/core';
import { sha256 } from './sha256.ts';

/** A weight file that was downloaded. */
export interface Shard {
  readonly path: string;
  readonly url: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Its SHA-256, where it was worked out on the way in. */
  readonly hash?: string | null;
}

/** Throws an AsfpError that names the file when the files of a group are not of `expected` bytes together (undefined: any). */
export function checkShardLengths(expected: number | undefined, shards: readonly Shard[]): void {
  const page = shards.find((shard) => looksLikeMarkup(shard.bytes));
  if (page) {
    throw new AsfpError({
      code: 'shard-content',
      where: page.url,
      expected: 'the bytes of weights',
      found: 'a page of markup',
      cure: 'The server answers a missing file with a page: put the weight file beside model.json',
    });
  }
  const found = shards.reduce((sum, shard) => sum + shard.bytes.length, 0);
  if (expected === undefined || expected === found) return;
  const odd = oddShard(shards, expected);
  throw new AsfpError({
    code: 'shard-length',
    where: odd?.shard.url ?? shards.map((shard) => shard.url).join(', '),
    expected: `${odd?.expected ?? expected} bytes${odd || shards.length < 2 ? '' : ' in all'}`,
    found: `${odd?.shard.bytes.length ?? found} bytes`,
    cure: 'The file was cut short or belongs to another model.json: copy both again from the same run',
  });
}

/** Writers fill every shard but the last to the same length, so the one that differs is the broken one. */
function oddShard(
  shards: readonly Shard[],
  total: number,
): { readonly shard: Shard; readonly expected: number } | undefined {
  const lengths = shards.map((shard) => shard.bytes.length);
  const full = shards.length === 1 ? total : Math.max(...lengths.slice(0, -1));
  const last = total - full * (shards.length - 1);
  if (last < 0 || last > full) return undefined;
  const odd = shards
    .map((shard, i) => ({ shard, expected: i === shards.length - 1 ? last : full }))
    .filter(({ shard, expected }) => shard.bytes.length !== expected);
  return odd.length === 1 ? odd[0] : undefined;
}

/**
 * True when every shard has the SHA-256 that the model's card lists; false when nothing is listed or the page cannot
 * compute hashes (no secure context). Throws an AsfpError for a shard that differs or is not listed.
 */
export async function checkShardHashes(
  shards: readonly Shard[],
  listed: Readonly<Record<string, string>> | undefined,
): Promise<boolean> {
  if (!listed) return false;
  for (const shard of shards) {
    const expected = listedHash(listed, shard.path);
    const found = shard.hash ?? (await sha256(shard.bytes));
    if (found === null) return false;
    if (found !== expected) {
      throw new AsfpError({
        code: 'shard-hash',
        where: shard.url,
        expected: expected ? `SHA-256 ${expected}` : 'a SHA-256 in the model card',
        found: expected ? found : 'none for this file',
        cure: 'The file changed after it was written: copy model.json and its weights again from the same run',
      });
    }
  }
  return true;
}

/** The SHA-256 that a card lists for a weight file. */
export function listedHash(
  listed: Readonly<Record<string, string>> | undefined,
  path: string,
): string | undefined {
  return listed && Object.hasOwn(listed, path) ? listed[path]?.toLowerCase() : undefined;
}

function looksLikeMarkup(bytes: Uint8Array): boolean {
  const start = new TextDecoder('latin1').decode(bytes.subarray(0, 64)).trimStart().toLowerCase();
  return start.startsWith('<!doctype') || start.startsWith('<html') || start.startsWith('<?xml');
}
