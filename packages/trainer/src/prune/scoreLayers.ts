// Knows how weak each filter of a live model is, by the criterion of the run.
import { type CriterionName, type Rng, scoreFilters } from '@asfp/core';
import { toHost } from '../bridge/hostTensors.ts';
import type { PrunedLayer } from './planPruning.ts';

/** What scores depend on besides the weights. */
export interface ScoreContext {
  /** What zeroing each filter would change the loss by, by the layer's name; for `taylor` alone. */
  readonly saliency?: ReadonlyMap<string, Float64Array> | undefined;
  /** For `random` alone. */
  readonly rng: Rng;
}

/** One score a filter, by the layer's name; the smallest go first. */
export async function scoreLayers(
  layers: readonly PrunedLayer[],
  criterion: CriterionName,
  { saliency, rng }: ScoreContext,
): Promise<Map<string, Float64Array>> {
  const scores = new Map<string, Float64Array>();
  for (const { name, kernel, norm } of layers) {
    const scale = norm && criterion === 'bn-scale' ? (await toHost(norm.gamma)).values : undefined;
    const layer = { kernel: await toHost(kernel), scale, saliency: saliency?.get(name) };
    scores.set(name, scoreFilters(criterion, layer, rng.fork(name)));
  }
  return scores;
}
