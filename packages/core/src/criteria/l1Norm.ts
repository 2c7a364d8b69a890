// Knows the L1 norm of each filter of a kernel.
import type { HostTensor } from '../tensor/hostTensor.ts';

/** The L1 norm of each filter: kernel `[kh, kw, in, out]` (or any shape with filters on the last axis) → `[out]`, in float64 (SFP, eq. 2 with p = 1). */
export function l1Norm(kernel: Pick<HostTensor, 'shape' | 'values'>): Float64Array {
  const filters = kernel.shape[kernel.shape.length - 1] ?? 0;
  const sums = new Float64Array(filters);
  for (let at = 0; at < kernel.values.length; at++) {
    const f = at % filters;
    sums[f] = (sums[f] as number) + Math.abs(kernel.values[at] as number);
  }
  return sums;
}
