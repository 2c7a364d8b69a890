// Knows what becomes, after the last prune, of the batch-norm entries whose filters are zero.
import type { RunSettings } from '@asfp/core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { convLayers } from './convLayers.ts';
import { foldConstants } from './foldConstants.ts';
import { maskFilters } from './maskFilters.ts';
import type { ZeroedFilters } from './pruneDuring.ts';

/**
 * The ways to settle: leave all (`keep`, the paper), silence the channel (`zero`), let it say its average (`mean`), silence
 * it and pass its constant on to the batch norms behind (`fold`).
 */
export const settleKinds = ['keep', 'zero', 'mean', 'fold'] as const;

type Entry = 'gamma' | 'beta' | 'movingMean';

/**
 * A zero filter leaves behind its batch norm the constant c = β − γ·mean / √(variance + ε), with averages from when it was
 * alive. `zero` makes c = 0 (γ, β and mean 0), `mean` makes c = β, the average over a batch in training (γ and mean 0).
 */
const cleared: Readonly<Record<Exclude<RunSettings['settle'], 'fold'>, readonly Entry[]>> = {
  keep: [],
  zero: ['gamma', 'beta', 'movingMean'],
  mean: ['gamma', 'movingMean'],
};

/** Settles the batch-norm entries of all zeroed filters in place; convolutions without a batch norm of their own are left. */
export async function settleBatchNorm(
  model: LayersModel,
  zeroed: ZeroedFilters,
  { settle, coupling }: Pick<RunSettings, 'settle' | 'coupling'>,
): Promise<void> {
  if (settle === 'fold') {
    // A stream loses whole channels only where all of it agrees; elsewhere a guess at what it has summed up saves next to nothing.
    await foldConstants(model, zeroed, coupling === 'grouped');
    return;
  }
  for (const { name, norm } of convLayers(model)) {
    if (norm === undefined) continue;
    for (const entry of cleared[settle]) await maskFilters(norm[entry], zeroed[name] ?? []);
  }
}
