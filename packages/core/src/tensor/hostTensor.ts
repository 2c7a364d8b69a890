// Knows plain tensors in ordinary memory: the passport between tfjs, files and our own arithmetic.
import { AsfpError, assertInternal } from '../errors.ts';
import type { StoredForm } from './storedForm.ts';

/** Element types of a host tensor. */
export type DType = 'float32' | 'int32' | 'bool';

/** A tensor in row-major order; bool is stored as 0 or 1. */
export interface HostTensor {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly values: Float32Array | Int32Array | Uint8Array;
  /** The narrower form that a file has these very values in; whoever changes values leaves it out. */
  readonly stored?: StoredForm;
}

/** Bytes of one element. */
export const bytesPerElement: Readonly<Record<DType, number>> = { float32: 4, int32: 4, bool: 1 };

/** Number of elements of a shape; 1 for a scalar's `[]`. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, dim) => product * dim, 1);
}

/** A float32 tensor; throws an internal error when the values do not fill the shape. */
export function float32Tensor(
  shape: readonly number[],
  values: Float32Array | readonly number[],
): HostTensor {
  const array = values instanceof Float32Array ? values : Float32Array.from(values);
  assertInternal(
    array.length === sizeOf(shape),
    `tensor [${shape.join(', ')}] needs ${sizeOf(shape)} values, got ${array.length}`,
  );
  return { dtype: 'float32', shape, values: array };
}

/** An int32 tensor; throws an internal error when the values do not fill the shape. */
export function int32Tensor(shape: readonly number[], values: Int32Array | readonly number[]): HostTensor {
  const array = values instanceof Int32Array ? values : Int32Array.from(values);
  assertInternal(
    array.length === sizeOf(shape),
    `tensor [${shape.join(', ')}] needs ${sizeOf(shape)} values, got ${array.length}`,
  );
  return { dtype: 'int32', shape, values: array };
}

/** Row-major strides, in elements. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length).fill(1);
  for (let axis = shape.length - 2; axis >= 0; axis--) {
    strides[axis] = (strides[axis + 1] as number) * (shape[axis + 1] as number);
  }
  return strides;
}

/** A negative axis counted from the end; throws when it is outside the rank. */
export function normalAxis(axis: number, rank: number, where: string): number {
  const normal = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(normal) || normal < 0 || normal >= rank) {
    throw new AsfpError({
      code: 'axis-range',
      where,
      expected: `an axis of a rank ${rank} tensor`,
      found: String(axis),
    });
  }
  return normal;
}
