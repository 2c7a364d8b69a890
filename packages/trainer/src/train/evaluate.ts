// Knows how well a network classifies images: accuracy and loss, in inference mode.
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { type Batch, type BatchSource, evalBatches } from '../data/batches.ts';
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

/** The logits `[count, classes]` of a batch. */
export type Answer = (batch: Batch) => Promise<Float32Array>;

/** What bounds an evaluation. */
export interface EvaluationOptions {
  /** Images at most; all of the split without. */
  readonly limit?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Evaluates a live network in inference mode; throws the signal's reason when it is aborted. */
export async function evaluate(
  model: LayersModel,
  source: BatchSource,
  split: ImageSplit,
  options: EvaluationOptions = {},
): Promise<Evaluation> {
  const { height, width, channels } = source;
  const answer: Answer = async (batch) => {
    const logits = tf.tidy(() => {
      const images = tf.tensor4d(batch.images, [batch.count, height, width, channels]);
      return model.apply(images, { training: false }) as tf.Tensor2D;
    });
    const values = await logits.data<'float32'>();
    logits.dispose();
    return values;
  };
  return evaluateAnswers(answer, source, split, options);
}

/** Evaluates whatever gives logits on the first `limit` images of a split, or all; throws the signal's reason when it is aborted. */
export async function evaluateAnswers(
  answer: Answer,
  source: BatchSource,
  split: ImageSplit,
  options: EvaluationOptions = {},
): Promise<Evaluation> {
  let count = 0;
  let right = 0;
  let lossSum = 0;
  for await (const batch of evalBatches(source, split, { limit: options.limit })) {
    const scores = scoreLogits(await answer(batch), batch.labels);
    count += batch.count;
    right += scores.right;
    lossSum += scores.lossSum;
    await breathe(options.signal);
  }
  return { accuracy: right / count, loss: lossSum / count, count };
}
