// Knows the order of the passes that make a network smaller.
import type { Graph, KeepSet, PassRecord } from '@asfp/core';
import type { CutOptions } from './cutOptions.ts';
import { canonicalWeights } from './passes/canonicalWeights.ts';
import { cutChannels } from './passes/cutChannels.ts';
import { foldBatchNorm } from './passes/foldBatchNorm.ts';
import { foldBias } from './passes/foldBias.ts';
import { foldConstants } from './passes/foldConstants.ts';
import { foldScale } from './passes/foldScale.ts';
import { fuseActivation } from './passes/fuseActivation.ts';
import { mergeTransposedPad } from './passes/mergeTransposedPad.ts';
import { removeDead } from './passes/removeDead.ts';
import { removeIdentity } from './passes/removeIdentity.ts';
import { throughShuffles } from './passes/throughShuffles.ts';
import type { Pass } from './pipeline/pass.ts';
import { runPasses } from './pipeline/runPasses.ts';

/** A smaller graph that computes the same, and what each pass did. */
export interface Compacted {
  readonly graph: Graph;
  readonly passes: readonly PassRecord[];
  /** What is left of each layer that was cut, by name. */
  readonly kept: ReadonlyMap<string, KeepSet>;
}

/** Every round makes the graph smaller, so this is never reached; it bounds the time if that should be wrong. */
const mostRounds = 50;

const simplify: readonly Pass[] = [
  removeDead,
  removeIdentity,
  foldConstants,
  mergeTransposedPad,
  foldBatchNorm,
  foldScale,
  foldBias,
  fuseActivation,
];
const tidy: readonly Pass[] = [removeDead, canonicalWeights];

/** Folds and fuses the graph and cuts every channel that is constant or unread; throws only internal errors. */
export function compact(graph: Graph, options: CutOptions = {}): Compacted {
  return untilSettled(graph, [...simplify, throughShuffles(cutChannels(options)), ...tidy]);
}

/** Folds and fuses the graph and leaves every channel where it is: the network as a converter would write it. */
export function convert(graph: Graph): Compacted {
  return untilSettled(graph, [...simplify, ...tidy]);
}

/** One pass opens the way for another (a fold for the next fold): they go round until none changes anything. */
function untilSettled(graph: Graph, passes: readonly Pass[]): Compacted {
  const first = runPasses(graph, passes);
  const records = [...first.records];
  let { graph: current, kept } = first;
  for (let round = 2; round <= mostRounds; round++) {
    const next = runPasses(current, passes, kept);
    if (next.graph === current) break;
    kept = next.kept;
    records.push(...next.records.filter(({ changed }) => changed));
    current = next.graph;
  }
  return { graph: current, passes: records, kept };
}
