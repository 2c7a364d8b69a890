// Knows how zeroed filters stay zero while the others go on learning.
import type { RunSettings } from '@asfp/core';
import * as tf from '@tensorflow/tfjs-core';
import type { Sgd } from '../train/sgd.ts';
import type { PrunePlan } from './planPruning.ts';
import type { ZeroedFilters } from './pruneDuring.ts';

/** Holds filters at zero; lives for an epoch. */
export interface ZeroHold {
  /** The gradients with those of held filters zero; to be called in a tidy. */
  mask(gradients: tf.NamedTensorMap): tf.NamedTensorMap;
  dispose(): void;
}

/**
 * Takes the momentum of zeroed filters away and masks their gradients from now on: with both zero, weight decay of a zero
 * weight moves nothing. Where `batchNorm` is `masked`, gamma and beta behind them are held as well.
 */
export async function holdZeros(
  { layers }: PrunePlan,
  zeroed: ZeroedFilters,
  optimizer: Sgd,
  batchNorm: RunSettings['batchNorm'],
): Promise<ZeroHold> {
  const masks = new Map<string, tf.Tensor1D>();
  for (const { name, kernel, bias, filters, norm } of layers) {
    const held = zeroed[name] ?? [];
    if (held.length === 0) continue;
    const mask = new Float32Array(filters).fill(1);
    for (const filter of held) mask[filter] = 0;
    const entries = batchNorm === 'masked' && norm ? [norm.gamma, norm.beta] : [];
    for (const variable of [kernel, ...(bias ? [bias] : []), ...entries]) {
      masks.set(variable.name, tf.tensor1d(mask));
      await optimizer.still(variable, held);
    }
  }
  return {
    mask: (gradients) =>
      Object.fromEntries(
        Object.entries(gradients).map(([name, gradient]) => {
          const mask = masks.get(name);
          return [name, mask === undefined ? gradient : tf.mul(gradient, mask)];
        }),
      ),
    dispose: () => {
      tf.dispose([...masks.values()]);
    },
  };
}
