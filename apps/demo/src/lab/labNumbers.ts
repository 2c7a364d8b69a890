// Knows the numbers that subjects of the lab run on, and how far apart two outputs are.
import { AsfpError, float32Tensor, type HostTensor, rngFromSeed, sizeOf } from '@asfp/core';
import type { TensorSpec } from '@asfp/edge-runtime';

/** Inputs of the given batch: the numbers given, else standard normal ones from a seed, the same for every subject. */
export function labInputs(
  specs: readonly TensorSpec[],
  batch: number,
  given: readonly (readonly number[])[] | null,
  seed: number,
): HostTensor[] {
  return specs.map((spec, i) => {
    const rest = (spec.shape ?? []).slice(1);
    if (!spec.shape || rest.includes(null)) {
      throw new AsfpError({
        code: 'open-shape',
        where: `input ${spec.name}`,
        expected: 'a shape that leaves only the batch open',
        found: spec.shape ? `[${spec.shape.map((dim) => dim ?? '?').join(', ')}]` : 'none',
      });
    }
    const shape = [batch, ...(rest as number[])];
    const rng = rngFromSeed(seed + i);
    const values = given?.[i] ?? Array.from({ length: sizeOf(shape) }, () => rng.normal());
    return float32Tensor(shape, values);
  });
}

/** Largest absolute difference of all outputs; infinite where only one of both is a number. Throws for other lengths. */
export function maxAbsError(
  outputs: readonly ArrayLike<number>[],
  reference: readonly ArrayLike<number>[],
): number {
  const lengths = (list: readonly ArrayLike<number>[]): string => list.map((one) => one.length).join(', ');
  if (lengths(outputs) !== lengths(reference)) {
    throw new AsfpError({
      code: 'output-shape',
      where: 'output',
      expected: `${lengths(reference)} numbers, as the reference has`,
      found: lengths(outputs),
    });
  }
  let largest = 0;
  outputs.forEach((output, i) => {
    for (let at = 0; at < output.length; at++) {
      const difference = Math.abs(
        (output[at] as number) - ((reference[i] as ArrayLike<number>)[at] as number),
      );
      largest = Math.max(largest, Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference);
    }
  });
  return largest;
}
