// Knows the learning rate of each epoch: a step schedule, with a slow start where one is asked for.
import type { RunSettings } from '@asfp/core';

/** What the learning rate depends on. */
export type LearningRateSettings = Pick<
  RunSettings,
  'learningRate' | 'milestones' | 'gamma' | 'warmupEpochs'
>;

/** The learning rate of an epoch, counted from 0: a tenth during the warm-up, times gamma for each milestone reached. */
export function learningRateAt(settings: LearningRateSettings, epoch: number): number {
  const reached = settings.milestones.filter((milestone) => epoch >= milestone).length;
  const warm = epoch < settings.warmupEpochs ? 0.1 : 1;
  return settings.learningRate * warm * settings.gamma ** reached;
}

/** Milestones given as shares of a run, in epochs; those that would fall on epoch 0 or together are left out. */
export function scaledMilestones(shares: readonly number[], epochs: number): number[] {
  const scaled = shares.map((share) => Math.round(share * epochs));
  return [...new Set(scaled)].filter((milestone) => milestone > 0 && milestone < epochs);
}
