// Knows how `--quantize` stores the kernels of a proven model in fewer bytes, and what that does to its answers.
import { narrowWeights, widenWeights } from '@asfp/compactor';
import {
  type Graph,
  type PassRecord,
  type ProofRun,
  readModel,
  type StoredType,
  type WrittenModel,
  writeGraphModel,
} from '@asfp/core';
import type { OptionTable } from './options.ts';
import { inMemory, measureChange, proveFile } from './proveModels.ts';
import { percent } from './terminal/table.ts';

/** The option `--quantize`. */
export const quantizeOption = {
  quantize: {
    type: 'text',
    choices: ['none', 'float16', 'uint16', 'uint8'],
    summary:
      'store kernels in fewer bytes: a smaller download, not a faster model; the answers change, and by how much is measured',
    otherwise:
      'every weight in the form that it has, quantized ones with their batch norm beside them; none makes all float32 and folds everything',
  },
} as const satisfies OptionTable;

/** The form that the option asks for; undefined leaves every weight in its own. */
export function quantizeChoice(options: {
  readonly quantize: string | undefined;
}): StoredType | 'none' | undefined {
  return options.quantize as StoredType | 'none' | undefined;
}

/** A model with narrower kernels, ready to be written. */
export interface Quantized {
  readonly written: WrittenModel;
  /** Its last note says how far the answers are from those before. */
  readonly record: PassRecord;
  /** The file on tfjs, against the same numbers written as float32. */
  readonly runs: readonly ProofRun[];
}

/** Stores the kernels of `graph` in narrower forms; `basis` is what its answers are measured against. Throws AsfpError `not-equal` where tfjs reads other numbers from the file than it should. */
export async function quantizeKernels(graph: Graph, to: StoredType, basis: Graph): Promise<Quantized> {
  const where = 'the quantized model';
  const pass = narrowWeights(to);
  const { graph: narrowed, notes } = pass.run(graph);
  const written = writeGraphModel(narrowed);
  // What is measured is what will be on disk, read back as tfjs reads it.
  const reread = readModel(written, where);
  const change = await measureChange(basis, reread, where);
  const told = `the answers moved by ${change.maxRelError.toExponential(1)} of the largest output, the largest answer is the same on ${percent(change.argmaxAgreement)} of ${change.inputs} seeded inputs`;
  const runs = await proveFile(inMemory(widenWeights(reread), where), {
    graph: reread,
    files: written,
    where,
  });
  return { written, record: { name: pass.name, changed: narrowed !== graph, notes: [...notes, told] }, runs };
}
