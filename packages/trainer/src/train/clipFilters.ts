// Knows how the gradient of a filter is kept in proportion to the filter (adaptive gradient clipping).
import * as tf from '@tensorflow/tfjs-core';
import type { NamedVariable } from '../bridge/modelWeights.ts';

/** A filter counts as at least this long, or one that was zeroed could never leave zero. */
const shortest = 1e-3;

/**
 * Shortens the gradient of each filter of each convolution kernel `[kh, kw, in, out]` to at most `ratio` times the filter's
 * own L2 norm (Brock et al. 2021, arXiv 2102.06171, eq. 3); other gradients are the same tensors. To be called in a tidy.
 *
 * Behind batch norm a zeroed filter gets a gradient 1/√ε = 316 times that of its neighbours. Unclipped it comes back in one
 * step, longer than all others and pointing where one batch did; clipped it grows by `ratio · learning rate` a step.
 */
export function clipFilters(
  gradients: tf.NamedTensorMap,
  variables: readonly NamedVariable[],
  ratio: number,
): tf.NamedTensorMap {
  const clipped = { ...gradients };
  for (const { variable } of variables) {
    const gradient = gradients[variable.name];
    if (variable.rank !== 4 || gradient === undefined) continue;
    const limit = tf.mul(tf.maximum(filterNorms(variable), shortest), ratio);
    // Zero gradients would give 0 / 0.
    const share = tf.minimum(tf.div(limit, tf.maximum(filterNorms(gradient), 1e-12)), 1);
    clipped[variable.name] = tf.mul(gradient, share);
  }
  return clipped;
}

/** `[kh, kw, in, out]` → `[out]` */
function filterNorms(kernel: tf.Tensor): tf.Tensor {
  const filters = kernel.shape.at(-1) as number;
  return tf.sqrt(tf.sum(tf.square(tf.reshape(kernel, [-1, filters])), 0));
}
