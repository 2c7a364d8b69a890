// Knows how `--quantize` stores the kernels of a proven model in fewer bytes, and what that does to its answers.
import { narrowWeights } from '@asfp/compactor';
import {
  type Graph,
  type PassRecord,
  readModel,
  type StoredType,
  type WrittenModel,
  writeGraphModel,
} from '@asfp/core';
import type { OptionTable } from './options.ts';
import { measureChange } from './proveModels.ts';
import { percent } from './terminal/table.ts';

/** The option `--quantize`. */
export const quantizeOption = {
  quantize: {
    type: 'text',
    choices: ['none', 'float16', 'uint16', 'uint8'],
    summary:
      'store kernels in fewer bytes: a smaller download, not a faster model; the answers change, and by how much is measured',
    otherwise: 'none: every weight in the form that it had, recomputed ones as float32',
  },
} as const satisfies OptionTable;

/** The form that the option asks for; undefined for none. */
export function quantizeChoice(options: { readonly quantize: string | undefined }): StoredType | undefined {
  const { quantize } = options;
  return quantize === undefined || quantize === 'none' ? undefined : (quantize as StoredType);
}

/** A model with narrower kernels, and a record whose last note says how far its answers are from those of `basis`. */
export async function quantizeKernels(
  graph: Graph,
  to: StoredType,
  basis: Graph,
): Promise<{ readonly written: WrittenModel; readonly record: PassRecord }> {
  const pass = narrowWeights(to);
  const { graph: narrowed, notes } = pass.run(graph);
  const written = writeGraphModel(narrowed);
  // What is measured is what will be on disk, read back as tfjs reads it.
  const change = await measureChange(basis, readModel(written, 'the quantized model'), 'the quantized model');
  const told = `the answers moved by ${change.maxRelError.toExponential(1)} of the largest output, the largest answer is the same on ${percent(change.argmaxAgreement)} of ${change.inputs} seeded inputs`;
  return { written, record: { name: pass.name, changed: narrowed !== graph, notes: [...notes, told] } };
}
