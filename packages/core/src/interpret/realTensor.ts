// Knows the interpreter's own tensors: float64, row-major.
import { assertInternal } from '../errors.ts';
import { type HostTensor, sizeOf } from '../tensor/hostTensor.ts';

/** A tensor in float64. */
export interface RealTensor {
  readonly shape: readonly number[];
  readonly values: Float64Array;
}

/** A tensor filled by a function of the flat position. */
export function realTensor(shape: readonly number[], fill?: (at: number) => number): RealTensor {
  const values = new Float64Array(sizeOf(shape));
  if (fill !== undefined) for (let i = 0; i < values.length; i++) values[i] = fill(i);
  return { shape, values };
}

/** A host tensor's values, widened. */
export function widen(tensor: HostTensor): RealTensor {
  return { shape: tensor.shape, values: Float64Array.from(tensor.values) };
}

/** The dimensions of an image tensor `[n, h, w, c]`. */
export function imageDims(tensor: RealTensor): [number, number, number, number] {
  assertInternal(tensor.shape.length === 4, `an image tensor of rank ${tensor.shape.length}`);
  return tensor.shape as unknown as [number, number, number, number];
}
