// Knows how a test prunes a live model once.
import { type RunSettings, rngFromSeed } from '@asfp/core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { planPruning } from '../prune/planPruning.ts';
import { type Prune, type PruneMoment, pruneDuring } from '../prune/pruneDuring.ts';
import { tinySettings } from './tinySettings.ts';

/** Prunes as after an epoch, 1 by default. */
export async function pruneOnce(
  model: LayersModel,
  changes: Partial<RunSettings>,
  epoch = 1,
  moment: Partial<PruneMoment> = {},
): Promise<Prune> {
  const settings = tinySettings(changes);
  const plan = await planPruning(model, settings);
  return pruneDuring(plan, settings, { epoch, before: {}, rng: rngFromSeed(1), ...moment });
}
