// Knows how the runs of a proof are summed up in one line of the report.
import type { Proof, ProofRun } from '@asfp/core';

/** The whole proof: its largest error (of a failed run, where one failed) with that run's tolerance. Nothing run is nothing proven. */
export function sumProof(runs: readonly ProofRun[], notRun: readonly string[]): Proof {
  const failed = runs.filter(({ passed }) => !passed);
  const [first, ...others] = failed.length > 0 ? failed : runs;
  const worst = others.reduce(
    (most, run) => (run.maxRelError > (most?.maxRelError ?? 0) ? run : most),
    first,
  );
  const imagesOf = new Map<string, number>();
  for (const { runner, images } of runs) imagesOf.set(runner, (imagesOf.get(runner) ?? 0) + images.length);
  return {
    inputs: Math.max(0, ...imagesOf.values()),
    maxAbsError: Math.max(0, ...runs.map(({ maxAbsError }) => maxAbsError)),
    maxRelError: worst?.maxRelError ?? 0,
    argmaxAgreement: Math.min(1, ...runs.map(({ argmaxAgreement }) => argmaxAgreement)),
    tolerance: worst?.tolerance ?? 0,
    passed: runs.length > 0 && failed.length === 0,
    runs,
    notRun,
  };
}
