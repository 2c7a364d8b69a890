// Knows the prune after each epoch: score the filters of every convolution, zero the weakest, let them go on learning.
import { l2Norm, prunedCount, pruneRate, type RunSettings, weakest } from '@asfp/core';
import { toHost } from '../bridge/hostTensors.ts';
import type { ConvLayer } from './convLayers.ts';
import { maskFilters } from './maskFilters.ts';

/** The zeroed filters of each convolution, by the layer's name, ascending. */
export type ZeroedFilters = Readonly<Record<string, readonly number[]>>;

/** What one prune did. */
export interface Prune {
  /** P(t), the same for all convolutions. */
  readonly rate: number;
  readonly zeroed: ZeroedFilters;
  readonly zeroFilters: number;
  readonly totalFilters: number;
  /** Filters zeroed by the prune before that are not zeroed by this one. */
  readonly returnedFilters: number;
}

/**
 * Zeroes in every convolution the ⌊n·P(t) + 1e-9⌋ filters of smallest L2 norm, after epoch `epoch` of `epochs` (from 1).
 * Only kernels change: batch norm and momentum stay, so that a zeroed filter can come back (SFP, section 3.2; ASFP, P(t)).
 */
export async function pruneDuring(
  convs: readonly ConvLayer[],
  settings: Pick<RunSettings, 'schedule' | 'rate' | 'epochs'>,
  epoch: number,
  before: ZeroedFilters,
): Promise<Prune> {
  const rate = pruneRate(settings.schedule, settings.rate, epoch, settings.epochs);
  const zeroed: Record<string, readonly number[]> = {};
  let zeroFilters = 0;
  let totalFilters = 0;
  let returnedFilters = 0;
  for (const { name, kernel, filters } of convs) {
    const chosen = weakest(l2Norm(await toHost(kernel)), prunedCount(filters, rate));
    await maskFilters(kernel, chosen);
    zeroed[name] = chosen;
    zeroFilters += chosen.length;
    totalFilters += filters;
    const again = new Set(chosen);
    returnedFilters += (before[name] ?? []).filter((filter) => !again.has(filter)).length;
  }
  return { rate, zeroed, zeroFilters, totalFilters, returnedFilters };
}
