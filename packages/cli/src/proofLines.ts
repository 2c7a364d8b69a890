// Knows how a proof is told in the terminal: a line for each runner, and a line for whatever was not run.
import type { Proof, ProofRun } from '@asfp/core';
import { percent } from './terminal/table.ts';

/** What was run on what, with the largest error of each runner and its tolerance; then what was not run. */
export function proofLines({ runs = [], notRun = [] }: Proof): string[] {
  const runners = [...new Set(runs.map(({ runner }) => runner))];
  return [
    ...runners.map((runner) =>
      runnerLine(
        runner,
        runs.filter((run) => run.runner === runner),
      ),
    ),
    ...notRun.map((what) => `not run        ${what}`),
  ];
}

function runnerLine(runner: string, runs: readonly ProofRun[]): string {
  const failed = runs.filter(({ passed }) => !passed);
  const worst = (failed.length > 0 ? failed : runs).reduce((a, b) => (b.maxRelError > a.maxRelError ? b : a));
  const images = runs.reduce((sum, run) => sum + run.images.length, 0);
  const verdict = failed.length > 0 ? 'DIFFER' : 'agree';
  return [
    `${runner.padEnd(14)} ${verdict}: largest relative error ${worst.maxRelError.toExponential(1)} (allowed ${worst.tolerance.toExponential(1)}, in ${worst.where}, ${worst.case})`,
    `${images} images: ${listed(runs.map((run) => run.case))}`,
    `batch ${listed(runs.map((run) => String(run.images.length)))}`,
    listed(runs.flatMap((run) => Object.values(run.shapes).map((shape) => shape.slice(1).join('×')))),
    `seeds ${listed(runs.map((run) => String(run.seed)))}`,
    ...runs
      .filter(({ finite }) => finite < 1)
      .map((run) => `${run.case}: ${percent(run.finite)} of the values are finite`),
  ].join('; ');
}

function listed(words: readonly string[]): string {
  return [...new Set(words)].join(', ');
}
