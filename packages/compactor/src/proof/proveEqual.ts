// Knows how a rewriting is proven by the oracle: both graphs on the same seeded inputs, in float64.
import { type Graph, type Proof, rngFromSeed, runGraph } from '@asfp/core';
import { compareRuns, type OutputPair } from './compareRuns.ts';
import { roundingBound } from './roundingBound.ts';
import { seededInputs } from './seededInputs.ts';

/** The largest relative error that any compaction may have, however deep the network and however loose its bound. */
export const proofTolerance = 1e-4;

/**
 * Runs both graphs on `images` seeded inputs through the plain interpreter and compares every output.
 *
 * An output's tolerance is what rounding alone can do to it (`roundingBound` over its largest value), at most
 * `proofTolerance`; the proof tells the tolerance of the output that comes closest to its own.
 */
export function proveEqual(before: Graph, after: Graph, images: number, seed = 1): Proof {
  const feeds = seededInputs(before, images, rngFromSeed(seed));
  const a = runGraph(before, feeds);
  const b = runGraph(after, feeds);
  const bounds = roundingBound(before, feeds);
  const pairs: OutputPair[] = [...a].map(([name, value]) => ({
    name,
    rowLength: value.shape.at(-1) ?? 1,
    a: value.values,
    b: b.get(name)?.values ?? [],
  }));
  let tightest = { share: -1, tolerance: proofTolerance };
  for (const pair of pairs) {
    const tolerance = toleranceOf(pair, bounds.get(pair.name));
    const error = compareRuns([pair]).maxRelError;
    const share = error === 0 ? 0 : error / tolerance;
    if (share > tightest.share) tightest = { share, tolerance };
  }
  return {
    inputs: images,
    ...compareRuns(pairs),
    tolerance: tightest.tolerance,
    passed: tightest.share <= 1,
  };
}

function toleranceOf({ a }: OutputPair, bound: Float64Array | undefined): number {
  let allowed = bound === undefined ? Number.POSITIVE_INFINITY : 0;
  for (const each of bound ?? []) allowed = Math.max(allowed, each);
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    const size = Math.abs(a[i] as number);
    if (Number.isFinite(size)) largest = Math.max(largest, size);
  }
  const derived = allowed / largest;
  return Number.isNaN(derived) ? proofTolerance : Math.min(derived, proofTolerance);
}
