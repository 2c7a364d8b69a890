// Knows what a run will prune: its convolutions, the share that each loses in the end, and who must agree with whom.
import {
  AsfpError,
  type FilterGroup,
  filterGroups,
  fitsPattern,
  layerGoal,
  type RunSettings,
} from '@asfp/core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { modelGraph } from '../bridge/modelArtifacts.ts';
import { type ConvLayer, convLayers } from './convLayers.ts';

/** A convolution, and the share of its filters that is zero in the end. */
export interface PrunedLayer extends ConvLayer {
  readonly goal: number;
}

/** What every prune of a run goes by. */
export interface PrunePlan {
  readonly layers: readonly PrunedLayer[];
  /** Filters that go together or stay; undefined where each convolution is on its own. */
  readonly groups: readonly FilterGroup[] | undefined;
}

/** The plan for a live model. Throws AsfpError `layer-unknown` where a rate is given to a layer that is not there. */
export async function planPruning(
  model: LayersModel,
  settings: Pick<RunSettings, 'rate' | 'exclude' | 'layerRates' | 'coupling'>,
): Promise<PrunePlan> {
  const convs = convLayers(model);
  const names = convs.map(({ name }) => name);
  checkPatterns('--layer-rates', Object.keys(settings.layerRates), names);
  checkPatterns('--exclude', settings.exclude, names);
  return {
    layers: convs.map((conv) => ({ ...conv, goal: layerGoal(conv.name, settings) })),
    groups: settings.coupling === 'grouped' ? filterGroups(await modelGraph(model)) : undefined,
  };
}

function checkPatterns(where: string, patterns: readonly string[], names: readonly string[]): void {
  const lost = patterns.find((pattern) => !names.some((name) => fitsPattern(name, pattern)));
  if (lost === undefined) return;
  throw new AsfpError({
    code: 'layer-unknown',
    where,
    expected: `convolutions of the network, such as ${names.slice(0, 3).join(', ')}`,
    found: `"${lost}"`,
    cure: 'asfp inspect lists the layers of a saved model; * stands for any text',
  });
}
