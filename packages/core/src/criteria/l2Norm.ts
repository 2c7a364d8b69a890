// Knows the L2 norm of each filter of a kernel.
import type { HostTensor } from '../tensor/hostTensor.ts';

/** The L2 norm of each filter: kernel `[kh, kw, in, out]` (or any shape with filters on the last axis) → `[out]`, in float64 (SFP, eq. 2 with p = 2). */
export function l2Norm(kernel: Pick<HostTensor, 'shape' | 'values'>): Float64Array {
  const filters = kernel.shape[kernel.shape.length - 1] ?? 0;
  const sums = new Float64Array(filters);
  const { values } = kernel;
  for (let from = 0; from < values.length; from += filters) {
    for (let f = 0; f < filters; f++) {
      const value = values[from + f] as number;
      sums[f] = (sums[f] as number) + value * value;
    }
  }
  return sums.map(Math.sqrt);
}
