// Knows how a weight's axes are put into another order.
import { type HostTensor, sizeOf, stridesOf } from '@asfp/core';

/** The tensor with its axes reordered: axis i of the result is axis `perm[i]` of the tensor. */
export function permuted(tensor: HostTensor, perm: readonly number[]): HostTensor {
  const shape = perm.map((axis) => tensor.shape[axis] as number);
  const strides = stridesOf(tensor.shape);
  const steps = perm.map((axis) => strides[axis] as number);
  const Values = tensor.values.constructor as new (length: number) => HostTensor['values'];
  const values = new Values(sizeOf(shape));
  const index = new Int32Array(shape.length);
  let from = 0;
  for (let to = 0; to < values.length; to++) {
    values[to] = tensor.values[from] as number;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += steps[axis] as number;
      index[axis] = (index[axis] as number) + 1;
      if ((index[axis] as number) < (shape[axis] as number)) break;
      from -= (shape[axis] as number) * (steps[axis] as number);
      index[axis] = 0;
    }
  }
  return { dtype: tensor.dtype, shape, values };
}
