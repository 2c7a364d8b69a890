// Knows how to keep some positions of one axis of a tensor.
import { assertInternal } from '../errors.ts';
import { type HostTensor, sizeOf } from './hostTensor.ts';

/** The tensor with only the listed positions of `axis`, in the order listed (a position may be listed twice); a stored form is sliced alike. */
export function takeAxis(tensor: HostTensor, axis: number, positions: readonly number[]): HostTensor {
  const extent = tensor.shape[axis];
  assertInternal(extent !== undefined, `takeAxis: axis ${axis} of [${tensor.shape.join(', ')}]`);
  for (const p of positions) {
    assertInternal(p >= 0 && p < extent, `takeAxis: position ${p} of ${extent}`);
  }
  const inner = sizeOf(tensor.shape.slice(axis + 1));
  const outer = sizeOf(tensor.shape.slice(0, axis));
  const shape = tensor.shape.map((dim, i) => (i === axis ? positions.length : dim));
  const picked = <T extends HostTensor['values'] | Uint16Array>(from: T): T => {
    const Values = from.constructor as new (length: number) => T;
    const values = new Values(sizeOf(shape));
    let to = 0;
    for (let o = 0; o < outer; o++) {
      for (const p of positions) {
        const at = (o * extent + p) * inner;
        // Along the last axis the runs are single values, for which a view each would cost more than the copy.
        if (inner === 1) values[to] = from[at] as number;
        else values.set(from.subarray(at, at + inner), to);
        to += inner;
      }
    }
    return values;
  };
  const { dtype, stored } = tensor;
  const values = picked(tensor.values);
  if (stored === undefined) return { dtype, shape, values };
  return { dtype, shape, values, stored: { ...stored, values: picked(stored.values) } };
}
