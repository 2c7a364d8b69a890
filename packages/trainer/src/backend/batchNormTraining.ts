// Knows batch normalisation as training uses it: one operation with one gradient, instead of a dozen.
import * as tf from '@tensorflow/tfjs-core';
import { assertInternal } from '@asfp/core';

/** What batch normalisation gives in training: `y` shaped as `x`, and the batch's moments, `[c]` each. */
export interface NormalizedBatch {
  readonly y: tf.Tensor;
  readonly mean: tf.Tensor1D;
  /** The biased variance: the mean of the squared deviations. */
  readonly variance: tf.Tensor1D;
}

/**
 * Normalises `x` (`[n, h, w, c]`, or any shape whose last axis is channels) by the moments of the batch, then scales by
 * `gamma` and shifts by `beta` (`[c]` each). No gradient flows through `mean` and `variance`.
 */
export function batchNormTraining(x: tf.Tensor, gamma: tf.Tensor1D, beta: tf.Tensor1D, epsilon: number): NormalizedBatch {
  const axes = x.shape.slice(1).map((_, axis) => axis);
  let moments: { mean: tf.Tensor1D; variance: tf.Tensor1D } | undefined;
  const normalize = tf.customGrad((x, gamma, beta, save) => {
    const { mean, variance } = tf.moments(x as tf.Tensor, axes) as { mean: tf.Tensor1D; variance: tf.Tensor1D };
    // Kept, because the scope of the operation ends before its caller can take them.
    moments = { mean: tf.keep(mean), variance: tf.keep(variance) };
    const inverse = tf.rsqrt(tf.add(variance, epsilon));
    const scale = tf.mul(inverse, gamma as tf.Tensor);
    const shift = tf.sub(beta as tf.Tensor, tf.mul(mean, scale));
    const value = tf.add(tf.mul(x as tf.Tensor, scale), shift);
    (save as tf.GradSaveFunc)([x as tf.Tensor, gamma as tf.Tensor, mean, inverse]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor[] => {
      const [x, gamma, mean, inverse] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
      const count = x.size / mean.size;
      const normalized = tf.mul(tf.sub(x, mean), inverse);
      const dBeta = tf.sum(dy, axes);
      const dGamma = tf.sum(tf.mul(dy, normalized), axes);
      const inner = tf.sub(dy, tf.div(tf.add(dBeta, tf.mul(normalized, dGamma)), count));
      return [tf.mul(inner, tf.mul(gamma, inverse)), dGamma, dBeta];
    };
    return { value, gradFunc: gradFunc as (dy: tf.Tensor, saved: tf.Tensor[]) => tf.Tensor[] };
  });
  const y = normalize(x, gamma, beta);
  return { y, mean: handOver(moments?.mean), variance: handOver(moments?.variance) };
}

/** Gives a kept tensor to the caller's scope. */
function handOver(kept: tf.Tensor1D | undefined): tf.Tensor1D {
  assertInternal(kept, 'batch normalisation left no moments');
  const handed = tf.clone(kept);
  kept.dispose();
  return handed;
}
