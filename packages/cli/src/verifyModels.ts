// Knows how two models are proven to answer alike: the oracle on seeded inputs, and plain tfjs on all test pictures.
import { compareRuns, proofTolerance, proveEqual } from '@asfp/compactor';
import type { Proof } from '@asfp/core';
import { type BackendRequest, compareOnImages, type Dataset } from '@asfp/trainer';
import { openGraph } from './compactModel.ts';

/** Both proofs; `pictures` is undefined where no data set was given. */
export interface Verification {
  readonly oracle: Proof;
  readonly pictures: PictureProof | undefined;
  readonly passed: boolean;
}

/** The proof on test pictures. */
export interface PictureProof extends Proof {
  readonly accuracyA: number;
  readonly accuracyB: number;
  /** Each model's answer to the first pictures, as positions in the labels. */
  readonly answersA: readonly number[];
  readonly answersB: readonly number[];
}

/** Pictures whose answers are told one by one. */
const toldPictures = 24;

/** Seeded inputs for the oracle. */
const seededInputs = 8;

/** Compares two models; pictures must also agree on the largest answer, every single one. */
export async function verifyModels(
  pathA: string,
  pathB: string,
  options: {
    readonly dataset?: Dataset | undefined;
    readonly limit?: number | undefined;
    readonly backend?: BackendRequest | undefined;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<Verification> {
  const [a, b] = [await openGraph(pathA), await openGraph(pathB)];
  const oracle = proveEqual(a.graph, b.graph, seededInputs);
  const { dataset, ...rest } = options;
  if (dataset === undefined) return { oracle, pictures: undefined, passed: oracle.passed };
  const runs = await compareOnImages(a.source, b.source, dataset, rest);
  const distance = compareRuns([{ name: 'answers', rowLength: runs.classes, a: runs.a, b: runs.b }]);
  const passed = distance.maxRelError <= proofTolerance && distance.argmaxAgreement === 1;
  const { accuracyA, accuracyB, classes } = runs;
  const pictures: PictureProof = {
    inputs: runs.count,
    ...distance,
    tolerance: proofTolerance,
    passed,
    accuracyA,
    accuracyB,
    answersA: firstAnswers(runs.a, classes),
    answersB: firstAnswers(runs.b, classes),
  };
  return { oracle, pictures, passed: oracle.passed && passed };
}

function firstAnswers(logits: Float32Array, classes: number): number[] {
  const rows = Math.min(toldPictures, logits.length / classes);
  return Array.from({ length: rows }, (_, row) => {
    const scores = logits.subarray(row * classes, (row + 1) * classes);
    return scores.indexOf(Math.max(...scores));
  });
}

/** What a verification found, in two lines. */
export function verificationText({ oracle, pictures }: Verification): string {
  const line = (name: string, proof: Proof): string =>
    `${name}  ${proof.passed ? 'agree' : 'DIFFER'}: relative error ${proof.maxRelError.toExponential(1)} (allowed ${proof.tolerance}), ` +
    `absolute ${proof.maxAbsError.toExponential(1)}, same answer on ${(100 * proof.argmaxAgreement).toFixed(2)} % of ${proof.inputs} inputs`;
  return [line('oracle  ', oracle), ...(pictures === undefined ? [] : [line('pictures', pictures)])].join(
    '\n',
  );
}
