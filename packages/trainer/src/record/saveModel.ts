// Knows how a trained model becomes a model.json with one shard, as plain tfjs loads it.
import { createHash } from 'node:crypto';
import type { ModelCard } from '@asfp/core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { modelArtifacts, weightBytes } from '../bridge/modelArtifacts.ts';
import { writeFolderWhole } from './atomicFiles.ts';
import { unwritable } from './unwritable.ts';

/** Name of the one shard. */
const shard = 'weights.bin';

/**
 * Writes `folder/model.json` and its shard, all or nothing. The card goes into `userDefinedMetadata.asfp`, with the shard's
 * SHA-256. Throws AsfpError `folder-unwritable` or `disk-full`.
 */
export async function saveModel(model: LayersModel, folder: string, card: ModelCard): Promise<void> {
  const artifacts = await modelArtifacts(model);
  const weights = weightBytes(artifacts);
  const sha256 = createHash('sha256').update(weights).digest('hex');
  const asfp: ModelCard = { ...card, shards: { [shard]: sha256 } };
  const json = {
    format: 'layers-model',
    generatedBy: artifacts.generatedBy,
    convertedBy: null,
    modelTopology: artifacts.modelTopology,
    weightsManifest: [{ paths: [shard], weights: artifacts.weightSpecs }],
    userDefinedMetadata: { asfp },
  };
  try {
    await writeFolderWhole(folder, { 'model.json': `${JSON.stringify(json)}\n`, [shard]: weights });
  } catch (cause) {
    throw unwritable(folder, cause);
  }
}
