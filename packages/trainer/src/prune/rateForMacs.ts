// Knows how a rate is found that leaves a network so many multiply-adds.
import { AsfpError, layerGoal, predictMacs, type Rng, type RunSettings } from '@asfp/core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { modelGraph } from '../bridge/modelArtifacts.ts';
import { chooseZeroed, kernelOf } from './chooseZeroed.ts';
import { planPruning } from './planPruning.ts';
import { scoreLayers } from './scoreLayers.ts';

/** A rate, and what the network would cost if it were pruned by that rate now. */
export interface FoundRate {
  readonly rate: number;
  readonly macs: number;
  /** Of the whole network. */
  readonly macsBefore: number;
}

/** Rates are given in steps of a thousandth of a thousandth. */
const steps = 1_000_000;

/**
 * The smallest common rate, with `exclude` and `layerRates` as they are, that leaves at most `target` of the multiply-adds,
 * predicted with the filters that are the weakest now. `taylor` has measured nothing yet: L2 stands in for it. Throws AsfpError
 * `macs-unreachable`.
 */
export async function rateForMacs(
  model: LayersModel,
  settings: RunSettings,
  target: number,
  rng: Rng,
): Promise<FoundRate> {
  const plan = await planPruning(model, settings);
  const graph = await modelGraph(model);
  const criterion = settings.criterion === 'taylor' ? 'l2' : settings.criterion;
  const scores = await scoreLayers(plan.layers, criterion, { rng });
  const macsBefore = predictMacs(graph, new Map());
  const macsAt = (rate: number): number => {
    const layers = plan.layers.map((layer) => ({
      ...layer,
      goal: layerGoal(layer.name, { ...settings, rate }),
    }));
    const zeroed = chooseZeroed({ ...plan, layers }, scores, 1);
    return predictMacs(
      graph,
      new Map(Object.entries(zeroed).map(([name, filters]) => [kernelOf(name), filters])),
    );
  };
  let [low, high] = [-1, steps - 1];
  const least = macsAt(high / steps);
  if (least > target * macsBefore) {
    throw new AsfpError({
      code: 'macs-unreachable',
      where: '--target-macs',
      expected: `a share of the multiply-adds from ${(least / macsBefore).toFixed(4)} on, which is what the fewest filters need`,
      found: String(target),
      cure: 'Ask for more, or exclude fewer layers',
    });
  }
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (macsAt(middle / steps) <= target * macsBefore) high = middle;
    else low = middle;
  }
  return { rate: high / steps, macs: macsAt(high / steps), macsBefore };
}
