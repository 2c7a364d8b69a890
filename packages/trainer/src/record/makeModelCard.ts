// Knows what a trained model says of itself.
import type { ModelCard, RunSettings } from '@asfp/core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Dataset } from '../data/dataset.ts';
import { modelCost } from '../models/modelCost.ts';

/** The card of a trained model: its input, labels, cost, and where it comes from; shards are added on saving. */
export function makeModelCard(
  model: LayersModel,
  dataset: Dataset,
  settings: RunSettings,
  accuracy: number,
): ModelCard {
  const { height, width, channels, mean, deviation, labels } = dataset;
  const {
    model: name,
    from,
    epochs,
    rate,
    schedule,
    criterion,
    coupling,
    harden,
    settle,
    seed,
    backend,
  } = settings;
  return {
    format: 'asfp.model-card/1',
    input: { height, width, channels, mean, deviation },
    labels,
    cost: modelCost(model),
    provenance: {
      model: name,
      from,
      dataset: dataset.name,
      trainImages: dataset.train.count,
      // What the last layer gives: a softmax turns it into probabilities.
      output: 'logits',
      epochs,
      rate,
      schedule,
      criterion,
      coupling,
      harden,
      settle,
      seed,
      backend,
      accuracy,
    },
  };
}
