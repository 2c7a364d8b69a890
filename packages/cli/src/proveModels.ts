// Knows how a compaction proves itself: the oracle and plain tfjs on the same cases, both models each.
import { type InputRange, type PartOfProof, proofCases, proveOnOracle, sumProof } from '@asfp/compactor';
import {
  AsfpError,
  type Change,
  type Graph,
  type Proof,
  type ProofRun,
  readModelCard,
  writeGraphModel,
} from '@asfp/core';
import { type ProvenModel, proveOnTfjs, withoutNoise } from './tfjsProof.ts';

/** Runs all that can be run, and tells what was not. With `mutual` either model may be made of the other. Throws AsfpError `input-size`, `not-equal` or `not-proven`. */
export async function proveModels(a: ProvenModel, b: ProvenModel, mutual = false): Promise<Proof> {
  const { cases, notRun } = proofCases(a.graph, rangeOf(a.graph));
  return whole(notRun, a, [
    proveOnOracle(a.graph, b.graph, cases, mutual),
    await withoutNoise(a, cases, await proveOnTfjs(a, b, cases)),
  ]);
}

/** How far the answers move on four images of seeded values: by the oracle where it knows all ops and has the time, else by tfjs. */
export async function measureChange(a: Graph, b: Graph, where: string): Promise<Change> {
  const cases = proofCases(a, rangeOf(a)).cases.filter(({ name }) => name.startsWith('seeded'));
  const { runs } = proveOnOracle(a, b, cases);
  const proof =
    runs.length === cases.length && runs.every((run, i) => run.images.length === cases[i]?.images.length)
      ? sumProof(runs, [])
      : whole([], inMemory(a, where), [await proveOnTfjs(inMemory(a, where), inMemory(b, where), cases)]);
  const { maxAbsError, maxRelError, argmaxAgreement, inputs } = proof;
  return { inputs, maxAbsError, maxRelError, argmaxAgreement };
}

/** A file against another that holds the same numbers, on tfjs, with seeded values. Throws AsfpError `not-equal`. */
export async function proveFile(same: ProvenModel, file: ProvenModel): Promise<readonly ProofRun[]> {
  const cases = proofCases(same.graph, rangeOf(same.graph)).cases.slice(0, 1);
  const { runs } = await proveOnTfjs(same, file, cases);
  const failed = runs.find(({ passed }) => !passed);
  if (failed === undefined) return runs.map((run) => ({ ...run, case: `the file, ${run.case}` }));
  throw new AsfpError({
    code: 'not-equal',
    where: file.where,
    expected: `answers within ${failed.tolerance.toExponential(1)} of those of the same numbers in float32`,
    found: `a relative error of ${failed.maxRelError.toExponential(2)} of ${failed.where} on ${failed.runner}`,
    cure: 'Nothing was written. This is a fault of the compactor: please report it with the model',
  });
}

/** A graph as the files that it would be written as. */
export function inMemory(graph: Graph, where: string): ProvenModel {
  return { graph, files: writeGraphModel(graph), where };
}

function whole(notRun: readonly string[], { where }: ProvenModel, parts: readonly PartOfProof[]): Proof {
  const proof = sumProof(
    parts.flatMap(({ runs }) => runs),
    [...notRun, ...parts.flatMap((part) => part.notRun)],
  );
  if (proof.runs?.some(({ finite }) => finite > 0)) return proof;
  throw new AsfpError({
    code: 'not-proven',
    where,
    expected: 'a model that the interpreter or tfjs can run',
    found: ['no answer that is a number', ...(proof.notRun ?? [])].join('; '),
  });
}

/** What a pixel can become, as the model's card says. */
function rangeOf({ metadata }: Graph): InputRange | undefined {
  const input = readModelCard(metadata)?.input;
  if (input === undefined) return undefined;
  const ends = input.mean.flatMap((mean, i) => {
    const deviation = input.deviation[i] ?? 1;
    return [-mean / deviation, (1 - mean) / deviation];
  });
  return [Math.min(...ends), Math.max(...ends)];
}
