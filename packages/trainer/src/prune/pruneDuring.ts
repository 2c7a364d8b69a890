// Knows the prune after each epoch: score the filters of every convolution, zero the weakest, let them go on learning.
import {
  chooseFilters,
  prunedCount,
  pruneRate,
  type Rng,
  type RunSettings,
  type Schedule,
  scoreFilters,
} from '@asfp/core';
import { toHost } from '../bridge/hostTensors.ts';
import { maskFilters } from './maskFilters.ts';
import type { PrunedLayer, PrunePlan } from './planPruning.ts';
import { softEpochs } from './softEpochs.ts';

/** Filters of each convolution, by the layer's name, ascending. */
export type ZeroedFilters = Readonly<Record<string, readonly number[]>>;

/** What one prune did. */
export interface Prune {
  /** P(t) of the common rate. */
  readonly rate: number;
  readonly zeroed: ZeroedFilters;
  readonly zeroFilters: number;
  readonly totalFilters: number;
  /** Filters zeroed by the prune before that are not zeroed by this one. */
  readonly returned: ZeroedFilters;
}

/** What a prune depends on besides the weights. */
export interface PruneMoment {
  /** Counted from 1. */
  readonly epoch: number;
  /** What the prune before zeroed. */
  readonly before: ZeroedFilters;
  /** What zeroing each filter would change the loss by, by the layer's name; for `taylor` alone. */
  readonly saliency?: ReadonlyMap<string, Float64Array> | undefined;
  /** For `random` alone. */
  readonly rng: Rng;
}

/** The settings that a prune obeys. */
export type PruneSettings = Schedule &
  Pick<RunSettings, 'epochs' | 'criterion' | 'coupling' | 'harden' | 'batchNorm'>;

/**
 * Zeroes in every convolution the ⌊n·P(t) + 1e-9⌋ filters of smallest score, after an epoch. Kernels change, and where
 * `batchNorm` is `masked` also gamma, beta and mean behind them; momentum stays, so that a zeroed filter can come back (SFP,
 * section 3.2; ASFP, P(t)). The schedule ends where hardening begins; from then on what is zero stays so.
 */
export async function pruneDuring(
  plan: PrunePlan,
  settings: PruneSettings,
  moment: PruneMoment,
): Promise<Prune> {
  const { epoch, before } = moment;
  const soft = softEpochs(settings);
  const rate = pruneRate(settings, epoch, soft);
  const zeroed = epoch > soft ? before : await choose(plan, settings, moment, rate);
  for (const { name, kernel, norm } of plan.layers) {
    const filters = zeroed[name] ?? [];
    await maskFilters(kernel, filters);
    if (settings.batchNorm === 'left' || norm === undefined) continue;
    for (const entry of [norm.gamma, norm.beta, norm.movingMean]) await maskFilters(entry, filters);
  }
  const returned: Record<string, readonly number[]> = {};
  for (const [name, filters] of Object.entries(before)) {
    const again = new Set(zeroed[name]);
    returned[name] = filters.filter((filter) => !again.has(filter));
  }
  return {
    rate,
    zeroed,
    zeroFilters: countFilters(zeroed),
    totalFilters: plan.layers.reduce((sum, { filters }) => sum + filters, 0),
    returned,
  };
}

/** The filters of all layers together. */
export function countFilters(filters: ZeroedFilters): number {
  return Object.values(filters).reduce((sum, { length }) => sum + length, 0);
}

async function choose(
  { layers, groups }: PrunePlan,
  settings: PruneSettings,
  { saliency, rng }: PruneMoment,
  rate: number,
): Promise<ZeroedFilters> {
  // How much of its own goal each layer has reached by now.
  const share = settings.rate === 0 ? 1 : rate / settings.rate;
  const quotas = [];
  for (const layer of layers) {
    quotas.push({
      kernel: `${layer.name}/kernel`,
      scores: await scoresOf(layer, settings, saliency, rng),
      count: prunedCount(layer.filters, share * layer.goal),
    });
  }
  const chosen = chooseFilters(quotas, groups);
  return Object.fromEntries(layers.map(({ name }) => [name, chosen.get(`${name}/kernel`) ?? []]));
}

async function scoresOf(
  { name, kernel, norm }: PrunedLayer,
  { criterion }: PruneSettings,
  saliency: PruneMoment['saliency'],
  rng: Rng,
): Promise<Float64Array> {
  const scale = norm && criterion === 'bn-scale' ? (await toHost(norm.gamma)).values : undefined;
  const layer = { kernel: await toHost(kernel), scale, saliency: saliency?.get(name) };
  return scoreFilters(criterion, layer, rng.fork(name));
}
