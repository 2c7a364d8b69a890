// Knows how a model.json and its weight files become one checked model, wherever they come from.
import { groupSize } from '@asfp/core';
import { checkShardHashes, checkShardLengths, type Shard } from './checkShards.ts';
import type { GraphModelFile, ParsedModelFile } from './parseModelFile.ts';
import { sha256 } from './sha256.ts';

/** Brings one weight file by its path in model.json; more bytes than `atMost` are too many, however it goes on. */
export type BringShard = (path: string, atMost: number | undefined) => Promise<Shard>;

/** Brings all weight files and checks them; throws an AsfpError for one of the wrong length or hash. */
export async function assembleModel(
  parsed: ParsedModelFile,
  json: Uint8Array<ArrayBuffer>,
  bring: BringShard,
): Promise<GraphModelFile> {
  const groups = await Promise.all(
    parsed.groups.map(async (group) => {
      const expected = groupSize(group, parsed.url);
      const shards = await Promise.all(group.paths.map((path) => bring(path, expected)));
      checkShardLengths(expected, shards);
      return shards;
    }),
  );
  const shards = groups.flat();
  const hashChecked = await checkShardHashes(shards, parsed.card?.shards);
  return {
    ...parsed,
    hash: await sha256(json),
    shards: new Map(shards.map(({ path, bytes }) => [path, bytes])),
    bytes: shards.reduce((sum, { bytes }) => sum + bytes.length, json.length),
    hashChecked,
  };
}
