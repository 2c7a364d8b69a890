// Knows what pruning saves, before anything is cut: predicted, and as the papers count.
import { type EndEvent, paperMacs, predictMacs, type RunSettings } from '@asfp/core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { modelGraph } from '../bridge/modelArtifacts.ts';
import { kernelOf } from './chooseZeroed.ts';
import { planPruning } from './planPruning.ts';
import type { ZeroedFilters } from './pruneDuring.ts';

/** The multiply-adds of a network for one image, with and without its zeroed filters. */
export async function prunedCost(
  model: LayersModel,
  zeroed: ZeroedFilters,
  settings: RunSettings,
): Promise<EndEvent['macs']> {
  const { layers } = await planPruning(model, settings);
  const graph = await modelGraph(model);
  const byKernel = Object.entries(zeroed).map(([name, filters]) => [kernelOf(name), filters] as const);
  const goals = layers.map(({ name, goal }) => [kernelOf(name), goal] as const);
  return {
    dense: predictMacs(graph, new Map()),
    pruned: predictMacs(graph, new Map(byKernel)),
    paperDense: paperMacs(graph, new Map(), 'whole'),
    paperPruned: paperMacs(graph, new Map(goals), settings.coupling === 'grouped' ? 'thin' : 'whole'),
  };
}
