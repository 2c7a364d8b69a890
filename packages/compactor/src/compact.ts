// Knows the order of the passes that make a network smaller.
import type { Graph, PassRecord } from '@asfp/core';
import { canonicalWeights } from './passes/canonicalWeights.ts';
import { cutChannels } from './passes/cutChannels.ts';
import { foldBatchNorm } from './passes/foldBatchNorm.ts';
import { foldBias } from './passes/foldBias.ts';
import { fuseActivation } from './passes/fuseActivation.ts';
import { mergeTransposedPad } from './passes/mergeTransposedPad.ts';
import { removeDead } from './passes/removeDead.ts';
import { removeIdentity } from './passes/removeIdentity.ts';
import type { Pass } from './pipeline/pass.ts';
import { runPasses } from './pipeline/runPasses.ts';

/** A smaller graph that computes the same, and what each pass did. */
export interface Compacted {
  readonly graph: Graph;
  readonly passes: readonly PassRecord[];
}

const simplify: readonly Pass[] = [
  removeIdentity,
  mergeTransposedPad,
  foldBatchNorm,
  foldBias,
  fuseActivation,
];
const tidy: readonly Pass[] = [removeDead, canonicalWeights];

/** Folds and fuses the graph and cuts every channel that is constant or unread; throws only internal errors. */
export function compact(graph: Graph): Compacted {
  const { graph: smaller, records } = runPasses(graph, [...simplify, cutChannels, ...tidy]);
  return { graph: smaller, passes: records };
}

/** Folds and fuses the graph and leaves every channel where it is: the network as a converter would write it. */
export function convert(graph: Graph): Compacted {
  const { graph: converted, records } = runPasses(graph, [...simplify, ...tidy]);
  return { graph: converted, passes: records };
}
