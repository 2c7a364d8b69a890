// Knows how well a network classifies images: accuracy and loss, in inference mode.
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { type BatchSource, evalBatches } from '../data/batches.ts';
import type { ImageSplit } from '../data/dataset.ts';
import { breathe } from './breathe.ts';
import { scoreLogits } from './crossEntropy.ts';

/** What an evaluation found. */
export interface Evaluation {
  /** Share of the images whose largest logit is their label's. */
  readonly accuracy: number;
  /** Mean softmax cross-entropy. */
  readonly loss: number;
  readonly count: number;
}

/** Images evaluated at once; the result of an image does not depend on it. */
const batchSize = 250;

/** Evaluates the first `limit` images of a split, or all; throws the signal's reason when it is aborted. */
export async function evaluate(
  model: LayersModel,
  source: BatchSource,
  split: ImageSplit,
  options: { readonly limit?: number | undefined; readonly signal?: AbortSignal | undefined } = {},
): Promise<Evaluation> {
  const { height, width, channels } = source;
  let count = 0;
  let right = 0;
  let lossSum = 0;
  for (const batch of evalBatches(source, split, { batchSize, limit: options.limit })) {
    const logits = tf.tidy(() => {
      const images = tf.tensor4d(batch.images, [batch.count, height, width, channels]);
      return model.apply(images, { training: false }) as tf.Tensor2D;
    });
    const scores = scoreLogits(await logits.data<'float32'>(), batch.labels);
    logits.dispose();
    count += batch.count;
    right += scores.right;
    lossSum += scores.lossSum;
    await breathe(options.signal);
  }
  return { accuracy: right / count, loss: lossSum / count, count };
}
