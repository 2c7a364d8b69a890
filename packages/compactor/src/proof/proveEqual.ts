// Knows how a rewriting is proven by the oracle: both graphs on the same seeded inputs, in float64.
import { type Feeds, type Graph, type Proof, type RealTensor, rngFromSeed, runGraph } from '@asfp/core';
import type { OutputPair } from './compareRuns.ts';
import { type Judged, judge } from './judge.ts';
import { boundedRun } from './roundingBound.ts';
import { seededInputs } from './seededInputs.ts';

/** Runs both graphs on `images` seeded inputs through the plain interpreter and compares every output. */
export function proveEqual(before: Graph, after: Graph, images: number, seed = 1): Proof {
  const {
    where: _,
    finite: __,
    ...judged
  } = judgeOnOracle(before, after, seededInputs(before, images, rngFromSeed(seed)));
  return { inputs: images, ...judged };
}

/**
 * Both graphs on the same feeds in float64; each output is held to what rounding alone can do to it. With `mutual` either
 * may be the one that was rewritten, so the larger of their bounds counts.
 */
export function judgeOnOracle(before: Graph, after: Graph, feeds: Feeds, mutual = false): Judged {
  const a = boundedRun(before, feeds);
  const other = mutual ? boundedRun(after, feeds) : undefined;
  const b = other ? new Map([...other].map(([name, { value }]) => [name, value])) : runGraph(after, feeds);
  const bounds = new Map(
    [...a].map(([name, { error }]) => {
      const back = other?.get(name)?.error.values;
      return [name, error.values.map((each, i) => Math.max(each, back?.[i] ?? 0))];
    }),
  );
  return judge(
    [...a].map(([name, { value }]) => pairOf(name, value, b.get(name))),
    bounds,
  );
}

function pairOf(name: string, a: RealTensor, b: RealTensor | undefined): OutputPair {
  return { name, rowLength: a.shape.at(-1) ?? 1, a: a.values, b: b?.values ?? [] };
}
