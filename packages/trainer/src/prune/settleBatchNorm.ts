// Knows what becomes, after the last prune, of the batch-norm entries whose filters are zero.
import type { RunSettings } from '@asfp/core';
import type * as tf from '@tensorflow/tfjs-core';
import type { ConvLayer, NormVariables } from './convLayers.ts';
import { maskFilters } from './maskFilters.ts';
import type { ZeroedFilters } from './pruneDuring.ts';

/** The ways to settle: leave all (`keep`, the paper), silence the channel (`zero`), let it say its average (`mean`). */
export const settleKinds = ['keep', 'zero', 'mean'] as const;

type Entry = keyof NormVariables;

/**
 * A zero filter leaves behind its batch norm the constant c = β − γ·mean / √(variance + ε), with averages from when it was
 * alive. `zero` makes c = 0 (γ, β and mean 0), `mean` makes c = β, the average over a batch in training (γ and mean 0).
 */
const cleared: Readonly<Record<RunSettings['settle'], readonly Entry[]>> = {
  keep: [],
  zero: ['gamma', 'beta', 'movingMean'],
  mean: ['gamma', 'movingMean'],
};

/** Settles the batch-norm entries of all zeroed filters in place; convolutions without a batch norm of their own are left. */
export async function settleBatchNorm(
  convs: readonly ConvLayer[],
  zeroed: ZeroedFilters,
  settle: RunSettings['settle'],
): Promise<void> {
  for (const { name, norm } of convs) {
    if (norm === undefined) continue;
    for (const entry of cleared[settle]) {
      const variable: tf.Variable = norm[entry];
      await maskFilters(variable, zeroed[name] ?? []);
    }
  }
}
