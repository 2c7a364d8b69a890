// Knows when two runs count as the same: every output within what rounding can do to it, and never over the contract.
import type { Distance } from '@asfp/core';
import { compareRuns, type OutputPair } from './compareRuns.ts';

/** The largest relative error that any compaction may have, however deep the network and however loose its bound. */
export const proofTolerance = 1e-4;

/** The distance of two runs, the tolerance of the output that comes closest to its own, and that output. */
export interface Judged extends Distance {
  readonly tolerance: number;
  readonly where: string;
  /** Share of the values of the first run that are finite numbers. */
  readonly finite: number;
  readonly passed: boolean;
}

/**
 * Compares every output. An output's tolerance is its largest bound over its largest value, at most `proofTolerance`;
 * where no bounds are given it is `proofTolerance`.
 */
export function judge(
  pairs: readonly OutputPair[],
  bounds: ReadonlyMap<string, Float64Array> = new Map(),
): Judged {
  let tightest = { share: -1, tolerance: proofTolerance, where: '' };
  for (const pair of pairs) {
    const tolerance = toleranceOf(pair, bounds.get(pair.name));
    const error = compareRuns([pair]).maxRelError;
    const share = error === 0 ? 0 : error / tolerance;
    if (share > tightest.share) tightest = { share, tolerance, where: pair.name };
  }
  const { share, tolerance, where } = tightest;
  return { ...compareRuns(pairs), tolerance, where, finite: finiteShare(pairs), passed: share <= 1 };
}

function finiteShare(pairs: readonly OutputPair[]): number {
  let [all, finite] = [0, 0];
  for (const { a } of pairs) {
    for (let i = 0; i < a.length; i++) if (Number.isFinite(a[i])) finite++;
    all += a.length;
  }
  return all === 0 ? 1 : finite / all;
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
