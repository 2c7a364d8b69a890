// Knows how the files of a model, of either tfjs format, are read from disk and checked on the way in.
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  AsfpError,
  describeError,
  groupSize,
  type ModelCard,
  type ModelFiles,
  type ModelJson,
  readModelCard,
  readModelJson,
  shardPaths,
} from '@asfp/core';

/** A model's files in memory. */
export interface ModelOnDisk extends ModelFiles {
  /** Path of its model.json. */
  readonly file: string;
  readonly format: 'graph-model' | 'layers-model';
  readonly card: ModelCard | undefined;
  /** Bytes of all weight files. */
  readonly bytes: number;
}

/**
 * Reads a model; `path` is its model.json or the folder of it. Files that are larger than a model's can be are not read. Throws
 * AsfpError `model-missing`, `not-a-model`, `shard-path`, `shard-missing`, `shard-length` or `shard-hash`.
 */
export async function readModelFiles(path: string): Promise<ModelOnDisk> {
  const file = await modelFile(path);
  const json = await parsed(file);
  const model = readModelJson(json, file);
  const card = readModelCard(model.userDefinedMetadata);
  await refuseOversized(model, file);
  const shards = new Map<string, Uint8Array>();
  for (const shard of shardPaths(model, file)) {
    shards.set(shard, await readShard(join(dirname(file), shard), card?.shards?.[shard]));
  }
  const bytes = [...shards.values()].reduce((sum, shard) => sum + shard.byteLength, 0);
  return { file, json, shards, format: model.format, card, bytes };
}

/** Larger than any topology, and small enough to be read at once. */
const mostJsonBytes = 2 ** 28;

/** So much too much is read all the same: a page in a weight file's place is told by its beginning. */
const readableBytes = 2 ** 20;

/** Throws AsfpError `shard-length` where the weight files of a group hold far more than its weights. */
async function refuseOversized(model: ModelJson, file: string): Promise<void> {
  shardPaths(model, file);
  for (const group of model.weightsManifest) {
    const most = groupSize(group, file);
    if (most === undefined) continue;
    let found = 0;
    // A file that is not there is told of when it is read.
    for (const path of group.paths)
      found += await stat(join(dirname(file), path)).then(
        ({ size }) => size,
        () => 0,
      );
    if (found <= most + readableBytes) continue;
    throw new AsfpError({
      code: 'shard-length',
      where: `${file}, weight file ${group.paths.slice(0, 3).join(' + ')}${group.paths.length > 3 ? ' + …' : ''}`,
      expected: `${most} bytes`,
      found: `${found}`,
      cure: 'The file is cut short or belongs to another model: copy it again',
    });
  }
}

async function modelFile(path: string): Promise<string> {
  try {
    return (await stat(path)).isDirectory() ? join(path, 'model.json') : path;
  } catch (cause) {
    throw missing(path, cause);
  }
}

async function parsed(file: string): Promise<unknown> {
  let text: string;
  try {
    const { size } = await stat(file);
    if (size > mostJsonBytes) throw new Error(`a file of ${size} bytes`);
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw missing(file, cause);
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new AsfpError(
      {
        code: 'not-a-model',
        where: file,
        expected: 'a tfjs model.json',
        found: `text that is no JSON, beginning with ${JSON.stringify(text.slice(0, 20))}`,
      },
      { cause },
    );
  }
}

async function readShard(path: string, sha256: string | undefined): Promise<Uint8Array> {
  let bytes: Uint8Array;
  try {
    bytes = new Uint8Array(await readFile(path));
  } catch (cause) {
    throw new AsfpError(
      {
        code: 'shard-missing',
        where: path,
        expected: 'the weight file that model.json names',
        found: describeError(cause),
        cure: 'Take the whole folder as it was written',
      },
      { cause },
    );
  }
  const found = createHash('sha256').update(bytes).digest('hex');
  if (sha256 === undefined || sha256 === found) return bytes;
  throw new AsfpError({
    code: 'shard-hash',
    where: path,
    expected: `the SHA-256 that model.json has, ${sha256}`,
    found: `${found} (${bytes.length} bytes)`,
    cure: 'Take the whole folder as it was written',
  });
}

function missing(path: string, cause: unknown): AsfpError {
  return new AsfpError(
    {
      code: 'model-missing',
      where: path,
      expected: 'a model.json, or the folder of one',
      found: (cause as { code?: string }).code === 'ENOENT' ? 'no such file' : describeError(cause),
      cure: 'Check the path',
    },
    { cause },
  );
}
