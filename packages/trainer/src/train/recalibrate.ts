// Knows how batch norm's averages are measured anew, when a network is no longer the one that they were collected on.
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { type BatchSource, evalBatches } from '../data/batches.ts';
import type { ImageSplit } from '../data/dataset.ts';
import { breathe } from './breathe.ts';

/** How many images, in which batches; what stops it. */
export interface Recalibration {
  readonly images: number;
  readonly batchSize: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs the first images of a split through the network in training mode, which moves batch norm's averages and nothing else.
 * The last prune and the settling of its constants come after the last step, so the averages are of another network. Throws the
 * signal's reason when it is aborted.
 */
export async function recalibrate(
  model: LayersModel,
  source: BatchSource,
  split: ImageSplit,
  { images, batchSize, signal }: Recalibration,
): Promise<void> {
  if (images === 0) return;
  const { height, width, channels } = source;
  for await (const batch of evalBatches(source, split, { batchSize, limit: images })) {
    tf.tidy(() => {
      const pixels = tf.tensor4d(batch.images, [batch.count, height, width, channels]);
      model.apply(pixels, { training: true });
    });
    await breathe(signal);
  }
}
