// Knows how to load a layers model from a model.json on disk, and what it says of itself.
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AsfpError, describeError, type ModelCard, readModelCard } from '@asfp/core';
import * as tfl from '@tensorflow/tfjs-layers';

/** A model with its card, when it has one. */
export interface LoadedModel {
  readonly model: tfl.LayersModel;
  readonly card: ModelCard | undefined;
}

interface ManifestGroup {
  readonly paths: readonly string[];
  readonly weights: readonly { readonly shape: readonly number[]; readonly dtype: string }[];
}

interface ModelJson {
  readonly format?: unknown;
  readonly modelTopology?: unknown;
  readonly weightsManifest?: readonly ManifestGroup[];
  readonly userDefinedMetadata?: Readonly<Record<string, unknown>>;
}

/**
 * Loads a layers model; `path` is its model.json or the folder of it. Throws AsfpError `model-missing`, `model-json`,
 * `shard-missing`, `shard-hash` or `model-broken`.
 */
export async function loadModel(path: string): Promise<LoadedModel> {
  const file = await modelFile(path);
  const json = await readModelJson(file);
  const card = readModelCard(json.userDefinedMetadata);
  const groups = json.weightsManifest ?? [];
  const shards: Uint8Array[] = [];
  for (const name of groups.flatMap((group) => group.paths)) {
    shards.push(await readShard(join(dirname(file), name), card?.shards?.[name]));
  }
  const weights = Buffer.concat(shards);
  const artifacts = {
    modelTopology: json.modelTopology as object,
    weightSpecs: groups.flatMap((group) => [...group.weights]) as never,
    weightData: weights.buffer.slice(weights.byteOffset, weights.byteOffset + weights.byteLength),
  };
  try {
    return { model: await tfl.loadLayersModel({ load: async () => artifacts as never }), card };
  } catch (cause) {
    throw new AsfpError(
      {
        code: 'model-broken',
        where: file,
        expected: 'a layers model that tfjs can build, and weights of its shapes',
        found: describeError(cause).split('\n')[0] ?? 'an error',
        cure: 'Take the whole folder as it was written',
      },
      { cause },
    );
  }
}

async function modelFile(path: string): Promise<string> {
  try {
    return (await stat(path)).isDirectory() ? join(path, 'model.json') : path;
  } catch (cause) {
    throw missingModel(path, cause);
  }
}

async function readModelJson(file: string): Promise<ModelJson> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw missingModel(file, cause);
  }
  let json: ModelJson | null = null;
  try {
    json = JSON.parse(text) as ModelJson | null;
  } catch {
    // Reported below: text that does not parse is no model either.
  }
  const isLayers =
    typeof json === 'object' && json !== null && json.modelTopology && Array.isArray(json.weightsManifest);
  if (!isLayers || json?.format === 'graph-model') {
    throw new AsfpError({
      code: 'model-json',
      where: file,
      expected: 'the model.json of a layers model',
      found: json?.format === 'graph-model' ? 'a graph model' : 'something else',
      cure: 'Give the model.json that training wrote, such as runs/…/dense/model.json',
    });
  }
  return json as ModelJson;
}

async function readShard(path: string, sha256: string | undefined): Promise<Uint8Array> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
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

function missingModel(path: string, cause: unknown): AsfpError {
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
