// Knows the softmax cross-entropy of logits: its gradient for training, and its value for evaluation.
import * as tf from '@tensorflow/tfjs-core';

/** The mean cross-entropy of `[n, classes]` logits against one-hot labels, a scalar; its gradient is (softmax − label) / n. */
export function crossEntropy(logits: tf.Tensor2D, oneHot: tf.Tensor2D): tf.Scalar {
  const op = tf.customGrad((x, save) => {
    const scores = x as tf.Tensor2D;
    const logProbabilities = tf.logSoftmax(scores);
    const value = tf.neg(tf.mean(tf.sum(tf.mul(oneHot, logProbabilities), -1))) as tf.Scalar;
    (save as tf.GradSaveFunc)([logProbabilities]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor => {
      const probabilities = tf.exp(saved[0] as tf.Tensor2D);
      return tf.mul(tf.sub(probabilities, oneHot), tf.div(dy, scores.shape[0]));
    };
    return { value, gradFunc };
  });
  return op(logits) as tf.Scalar;
}

/** Sum of the cross-entropies and number of right answers of `[n, classes]` logits, in float64; the first of equal logits is the answer. */
export function scoreLogits(
  logits: Float32Array,
  labels: Int32Array,
): { readonly lossSum: number; readonly right: number } {
  const classes = logits.length / labels.length;
  let lossSum = 0;
  let right = 0;
  for (let i = 0; i < labels.length; i++) {
    const row = logits.subarray(i * classes, (i + 1) * classes);
    const label = labels[i] as number;
    let best = 0;
    for (let c = 1; c < classes; c++) if ((row[c] as number) > (row[best] as number)) best = c;
    if (best === label) right++;
    const top = row[best] as number;
    let sum = 0;
    for (const value of row) sum += Math.exp(value - top);
    lossSum += Math.log(sum) + top - (row[label] as number);
  }
  return { lossSum, right };
}
