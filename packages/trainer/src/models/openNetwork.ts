// Knows how a run gets its network: a new one or a trained one, and the rate that fits its budget.
import { checkSchedule, type RunSettings, rngFromSeed } from '@asfp/core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { rateForMacs } from '../prune/rateForMacs.ts';
import { buildTrained } from './buildTrained.ts';
import { buildModel } from './models.ts';
import type { NetworkShape } from './networkShape.ts';
import type { TrainedModel } from './readTrained.ts';

/** What a network is made from. */
export interface NetworkRequest {
  readonly settings: RunSettings;
  readonly trained: TrainedModel | undefined;
  readonly shape: NetworkShape;
  /** In a run that goes on, the rate was found when it began. */
  readonly isNew: boolean;
  readonly note?: ((text: string) => void) | undefined;
}

/** The network before its first step, and the settings with the rate that a budget of multiply-adds asks for. */
export async function openNetwork(
  request: NetworkRequest,
): Promise<{ readonly model: LayersModel; readonly settings: RunSettings }> {
  const { settings, trained, shape, isNew, note } = request;
  const rng = rngFromSeed(settings.seed);
  const model = trained
    ? await buildTrained(trained, shape)
    : buildModel(settings.model, shape, rng.fork('weights'));
  const { targetMacs } = settings;
  if (targetMacs === null || !isNew) return { model, settings };
  try {
    const { rate, macs, macsBefore } = await rateForMacs(model, settings, targetMacs, rng.fork('budget'));
    checkSchedule({ ...settings, rate });
    const share = (100 * macs) / macsBefore;
    note?.(
      `rate ${rate} should leave ${share.toFixed(1)} % of ${macsBefore.toLocaleString('en')} multiply-adds`,
    );
    return { model, settings: { ...settings, rate } };
  } catch (error) {
    model.dispose();
    throw error;
  }
}

/** How the pixels of a trained network's images are shifted and scaled, where it says so. */
export function normalisation(
  trained: TrainedModel | undefined,
  channels: number,
): { readonly mean?: readonly number[]; readonly deviation?: readonly number[] } {
  const input = trained?.card?.input;
  if (input === undefined || input.channels !== channels) return {};
  return { mean: input.mean, deviation: input.deviation };
}
