// Knows how a rewriting is proven by the oracle: both graphs on the same seeded inputs, in float64.
import { type Graph, type Proof, rngFromSeed, runGraph } from '@asfp/core';
import { compareRuns, type OutputPair } from './compareRuns.ts';
import { seededInputs } from './seededInputs.ts';

/** The largest relative error that a compaction may have: it rounds each rewritten weight to float32 once, and the contract allows 1e-4. */
export const proofTolerance = 1e-4;

/** Runs both graphs on `images` seeded inputs through the plain interpreter and compares every output. */
export function proveEqual(before: Graph, after: Graph, images: number, seed = 1): Proof {
  const feeds = seededInputs(before, images, rngFromSeed(seed));
  const a = runGraph(before, feeds);
  const b = runGraph(after, feeds);
  const pairs: OutputPair[] = [...a].map(([name, value]) => ({
    name,
    rowLength: value.shape.at(-1) ?? 1,
    a: value.values,
    b: b.get(name)?.values ?? [],
  }));
  const distance = compareRuns(pairs);
  return {
    inputs: images,
    ...distance,
    tolerance: proofTolerance,
    passed: distance.maxRelError <= proofTolerance,
  };
}
