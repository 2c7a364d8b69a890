// Knows how a written model goes to disk: model.json with the hashes of its weights, and the weights, all or nothing.
import { createHash } from 'node:crypto';
import { type Cost, type ModelCard, readModelCard, type WrittenModel } from '@asfp/core';
import { unwritable, writeFolderWhole } from '@asfp/trainer/files';

/** Writes a model into a folder, with more files beside it; its card, where it has one, gets the new hashes and the new cost. Throws AsfpError `folder-unwritable` or `disk-full`. */
export async function writeModel(
  folder: string,
  model: WrittenModel,
  cost: Cost,
  beside: Readonly<Record<string, string>> = {},
): Promise<void> {
  const metadata = (model.json['userDefinedMetadata'] ?? {}) as Readonly<Record<string, unknown>>;
  const card = readModelCard(metadata);
  const shards = Object.fromEntries(
    [...model.shards].map(([path, bytes]) => [path, createHash('sha256').update(bytes).digest('hex')]),
  );
  const asfp: ModelCard | undefined =
    card === undefined
      ? undefined
      : { ...card, shards, cost: { macs: cost.macs, params: cost.params, bytes: cost.bytes } };
  const json =
    asfp === undefined ? model.json : { ...model.json, userDefinedMetadata: { ...metadata, asfp } };
  try {
    await writeFolderWhole(folder, {
      'model.json': `${JSON.stringify(json)}\n`,
      ...Object.fromEntries(model.shards),
      ...beside,
    });
  } catch (cause) {
    throw unwritable(folder, cause);
  }
}
