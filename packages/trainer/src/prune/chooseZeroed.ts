// Knows which filters of a live model are zeroed when each layer has come a share of the way to its goal.
import { chooseFilters, prunedCount } from '@asfp/core';
import type { PrunePlan } from './planPruning.ts';
import type { ZeroedFilters } from './pruneDuring.ts';

/** The ⌊n · share · goal + 1e-9⌋ weakest of each layer's n filters, or of the groups; `share` is 1 at the end. */
export function chooseZeroed(
  { layers, groups }: PrunePlan,
  scores: ReadonlyMap<string, Float64Array>,
  share: number,
): ZeroedFilters {
  const quotas = layers.map(({ name, filters, goal }) => ({
    kernel: kernelOf(name),
    scores: scores.get(name) ?? [],
    count: prunedCount(filters, share * goal),
  }));
  const chosen = chooseFilters(quotas, groups);
  return Object.fromEntries(layers.map(({ name }) => [name, chosen.get(kernelOf(name)) ?? []]));
}

/** What a layer's kernel is called in the graph. */
export function kernelOf(layer: string): string {
  return `${layer}/kernel`;
}
