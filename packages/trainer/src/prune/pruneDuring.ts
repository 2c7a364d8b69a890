// Knows the prune after each epoch: score the filters of every convolution, zero the weakest, let them go on learning.
import { pruneRate, type RunSettings, type Schedule } from '@asfp/core';
import { chooseZeroed } from './chooseZeroed.ts';
import { maskFilters } from './maskFilters.ts';
import type { PrunePlan } from './planPruning.ts';
import { type ScoreContext, scoreLayers } from './scoreLayers.ts';
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
export interface PruneMoment extends ScoreContext {
  /** Counted from 1. */
  readonly epoch: number;
  /** What the prune before zeroed. */
  readonly before: ZeroedFilters;
}

/** The settings that a prune obeys. */
export type PruneSettings = Schedule &
  Pick<RunSettings, 'epochs' | 'criterion' | 'coupling' | 'harden' | 'batchNorm'>;

/**
 * Zeroes in every convolution the ⌊n·P(t) + 1e-9⌋ filters of smallest score, after an epoch. Kernels and biases change, and
 * where `batchNorm` is `masked` also gamma, beta and mean behind them; momentum stays, so that a zeroed filter can come back (SFP,
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
  // How much of its own goal each layer has reached by now: the schedule's, also where only some layers have a goal.
  const growth = settings.rate === 0 ? { ...settings, rate: 0.5 } : settings;
  const share = pruneRate(growth, epoch, soft) / growth.rate;
  const zeroed =
    epoch > soft
      ? before
      : chooseZeroed(plan, await scoreLayers(plan.layers, settings.criterion, moment), share);
  for (const { name, kernel, bias, norm } of plan.layers) {
    const filters = zeroed[name] ?? [];
    await maskFilters(kernel, filters);
    if (bias !== undefined) await maskFilters(bias, filters);
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
