// Knows batch normalisation as training uses it: one operation with one gradient, instead of a dozen.

import { assertInternal } from '@asfp/core';
import * as tf from '@tensorflow/tfjs-core';
import { ownKernels } from './ownKernels.ts';
import type { NormAttrs } from './wasm/normKernels.ts';

/** What batch normalisation gives in training: `y` shaped as `x`, and the batch's moments, `[c]` each. */
export interface NormalizedBatch {
  readonly y: tf.Tensor;
  readonly mean: tf.Tensor1D;
  /** The biased variance: the mean of the squared deviations. */
  readonly variance: tf.Tensor1D;
}

/** Options of batchNormTraining. */
export interface NormOptions {
  /** Added to the variance. */
  readonly epsilon: number;
  /** Whether ReLU follows: then `y` is never below zero, at no extra cost. */
  readonly relu?: boolean;
}

/**
 * Normalises `x` (`[n, h, w, c]`, or any shape whose last axis is channels) by the moments of the batch, then scales by
 * `gamma` and shifts by `beta` (`[c]` each). No gradient flows through `mean` and `variance`.
 */
export function batchNormTraining(
  x: tf.Tensor,
  gamma: tf.Tensor1D,
  beta: tf.Tensor1D,
  { epsilon, relu = false }: NormOptions,
): NormalizedBatch {
  const attrs = { epsilon, relu };
  const form = tf.getKernel(ownKernels.normTraining, tf.getBackend()) ? oneKernel : composed;
  let moments: { readonly mean: tf.Tensor1D; readonly variance: tf.Tensor1D } | undefined;
  const normalize = tf.customGrad((...args: unknown[]) => {
    const [x, gamma, beta, save] = args as [tf.Tensor, tf.Tensor1D, tf.Tensor1D, tf.GradSaveFunc];
    const [value, mean, variance, ...kept] = form.forward(x, gamma, beta, attrs);
    // Kept, because the scope of the operation ends before its caller can take them.
    moments = { mean: tf.keep(mean), variance: tf.keep(variance) };
    save([x, gamma, beta, mean, variance, ...kept]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor[] =>
      form.backward(dy, saved as Saved, attrs);
    return { value, gradFunc };
  });
  const y = normalize(x, gamma, beta);
  return { y, mean: handOver(moments?.mean), variance: handOver(moments?.variance) };
}

type Saved = [
  x: tf.Tensor,
  gamma: tf.Tensor1D,
  beta: tf.Tensor1D,
  mean: tf.Tensor1D,
  variance: tf.Tensor1D,
  ...kept: tf.Tensor[],
];

/** Forward gives y, mean, variance and what else backward wants kept; backward the gradients of x, gamma and beta. */
interface NormForm {
  forward(
    x: tf.Tensor,
    gamma: tf.Tensor1D,
    beta: tf.Tensor1D,
    attrs: NormAttrs,
  ): [tf.Tensor, tf.Tensor1D, tf.Tensor1D, ...tf.Tensor[]];
  backward(dy: tf.Tensor, saved: Saved, attrs: NormAttrs): tf.Tensor[];
}

const oneKernel: NormForm = {
  forward(x, gamma, beta, attrs) {
    const inputs = { x, gamma, beta };
    return tf.engine().runKernel(ownKernels.normTraining, inputs, { ...attrs }) as unknown as [
      tf.Tensor,
      tf.Tensor1D,
      tf.Tensor1D,
      ...tf.Tensor[],
    ];
  },
  backward(dy, [x, gamma, beta, mean, variance, ...kept], attrs) {
    const inputs = { dy, x, gamma, beta, mean, variance, ...namedKept(kept) };
    return tf.engine().runKernel(ownKernels.normTrainingGrad, inputs, { ...attrs }) as unknown as tf.Tensor[];
  },
};

function namedKept(kept: readonly tf.Tensor[]): tf.NamedTensorMap {
  return Object.fromEntries(kept.map((tensor, i) => [`kept${i}`, tensor]));
}

/** The same of tfjs's operations, for backends without a kernel of ours. */
const composed: NormForm = {
  forward(x, gamma, beta, { epsilon, relu }) {
    const { mean, variance } = tf.moments(x, axesOf(x)) as { mean: tf.Tensor1D; variance: tf.Tensor1D };
    const y = tf.add(tf.mul(tf.sub(x, mean), scaleOf(gamma, variance, epsilon)), beta);
    return [relu ? tf.relu(y) : y, mean, variance];
  },
  backward(dy, [x, gamma, beta, mean, variance], { epsilon, relu }) {
    const axes = axesOf(x);
    const scale = scaleOf(gamma, variance, epsilon);
    const centred = tf.sub(x, mean);
    const g = relu ? tf.mul(dy, tf.step(tf.add(tf.mul(centred, scale), beta))) : dy;
    const normalized = tf.mul(centred, tf.rsqrt(tf.add(variance, epsilon)));
    const dBeta = tf.sum(g, axes);
    const dGamma = tf.sum(tf.mul(g, normalized), axes);
    const pull = tf.div(tf.add(dBeta, tf.mul(normalized, dGamma)), x.size / mean.size);
    return [tf.mul(tf.sub(g, pull), scale), dGamma, dBeta];
  },
};

function axesOf(x: tf.Tensor): number[] {
  return x.shape.slice(1).map((_, axis) => axis);
}

function scaleOf(gamma: tf.Tensor, variance: tf.Tensor, epsilon: number): tf.Tensor {
  return tf.mul(tf.rsqrt(tf.add(variance, epsilon)), gamma);
}

/** Gives a kept tensor to the caller's scope. */
function handOver(kept: tf.Tensor1D | undefined): tf.Tensor1D {
  assertInternal(kept, 'batch normalisation left no moments');
  const handed = tf.clone(kept);
  kept.dispose();
  return handed;
}
