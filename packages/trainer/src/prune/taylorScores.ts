// Knows what zeroing each filter would change the loss by, to first order, as an epoch's steps have seen it.
import * as tf from '@tensorflow/tfjs-core';
import type { ConvLayer } from './convLayers.ts';

/** Sums up over the steps of an epoch; lives for that epoch. */
export interface TaylorScores {
  /** Takes a step's gradients, by the variables' tfjs names, before the step is made. */
  add(gradients: tf.NamedTensorMap): void;
  /** The mean over the steps of (Σ w · ∂L/∂w)² of each filter, by the layer's name, `[out]` (Molchanov et al. 2019, eq. 8). */
  read(): Promise<ReadonlyMap<string, Float64Array>>;
  dispose(): void;
}

/** Scores of zero for all filters of the convolutions. */
export function taylorScores(convs: readonly Pick<ConvLayer, 'name' | 'kernel' | 'filters'>[]): TaylorScores {
  const sums = convs.map((conv) => ({
    ...conv,
    sum: tf.tidy(() => tf.variable(tf.zeros([conv.filters]), false)),
  }));
  let steps = 0;
  return {
    add: (gradients) => {
      steps++;
      for (const { kernel, filters, sum } of sums) {
        const gradient = gradients[kernel.name];
        if (gradient === undefined) continue;
        tf.tidy(() => {
          const change = tf.sum(tf.reshape(tf.mul(gradient, kernel), [-1, filters]), 0);
          sum.assign(tf.add(sum, tf.square(change)));
        });
      }
    },
    read: async () => {
      const scores = new Map<string, Float64Array>();
      for (const { name, sum } of sums) {
        scores.set(
          name,
          Float64Array.from(await sum.data(), (value) => value / Math.max(1, steps)),
        );
      }
      return scores;
    },
    dispose: () => {
      tf.dispose(sums.map(({ sum }) => sum));
    },
  };
}
