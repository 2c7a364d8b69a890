// Knows how two models are proven to answer alike: the oracle and plain tfjs on seeded inputs, and tfjs on all test pictures.
import { compareRuns, proofTolerance } from '@asfp/compactor';
import type { Graph, Proof } from '@asfp/core';
import { type BackendRequest, compareOnImages, type Dataset } from '@asfp/trainer';
import { openGraph } from './openGraph.ts';
import { proofLines } from './proofLines.ts';
import { proveModels } from './proveModels.ts';

/** Both proofs; `pictures` is undefined where no data set was given. */
export interface Verification {
  readonly seeded: Proof;
  /** What the tolerance is not meant for: weights that one model alone has in a narrower form. */
  readonly note: string | undefined;
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
  const seeded = await proveModels(
    { files: a.source, graph: a.graph, where: a.source.file },
    { files: b.source, graph: b.graph, where: b.source.file },
    true,
  );
  const note = quantizedNote(a.graph, b.graph);
  const { dataset, ...rest } = options;
  if (dataset === undefined) return { seeded, note, pictures: undefined, passed: seeded.passed };
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
  return { seeded, note, pictures, passed: seeded.passed && passed };
}

function firstAnswers(logits: Float32Array, classes: number): number[] {
  const rows = Math.min(toldPictures, logits.length / classes);
  return Array.from({ length: rows }, (_, row) => {
    const scores = logits.subarray(row * classes, (row + 1) * classes);
    return scores.indexOf(Math.max(...scores));
  });
}

/** Says so where one model alone has quantized weights. */
function quantizedNote(a: Graph, b: Graph): string | undefined {
  const [formsA, formsB] = [storedForms(a), storedForms(b)];
  const only = (own: ReadonlySet<string>, other: ReadonlySet<string>): string[] =>
    [...own].filter((form) => !other.has(form));
  const [onlyA, onlyB] = [only(formsA, formsB), only(formsB, formsA)];
  if (onlyA.length + onlyB.length === 0) return undefined;
  const [which, forms, other] = onlyB.length > 0 ? ['B', onlyB, 'A'] : ['A', onlyA, 'B'];
  return `${which} has weights as ${forms.join(', ')} and ${other} has none: compared is what tfjs makes of them, float32; the tolerance is for float32's own rounding, and that of ${forms.join(', ')} moves answers by more`;
}

function storedForms(graph: Graph): ReadonlySet<string> {
  return new Set(
    graph.nodes.flatMap((node) => (node.op === 'const' ? (node.attrs.tensor.stored?.dtype ?? []) : [])),
  );
}

/** What a verification found, a line for each runner. */
export function verificationText({ seeded, note, pictures }: Verification): string {
  return [
    ...proofLines(seeded),
    ...(note === undefined ? [] : [`note           ${note}`]),
    ...(pictures === undefined ? [] : [pictureLine(pictures)]),
  ].join('\n');
}

function pictureLine({
  passed,
  maxRelError,
  maxAbsError,
  tolerance,
  argmaxAgreement,
  inputs,
}: Proof): string {
  return (
    `pictures       ${passed ? 'agree' : 'DIFFER'}: relative error ${maxRelError.toExponential(1)} (allowed ${tolerance}), ` +
    `absolute ${maxAbsError.toExponential(1)}, same answer on ${(100 * argmaxAgreement).toFixed(2)} % of ${inputs} inputs`
  );
}
