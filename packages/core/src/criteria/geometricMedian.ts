// Knows how far each filter of a kernel is from all others: one near the geometric median can be replaced by them.
import type { HostTensor } from '../tensor/hostTensor.ts';

/** The sum of L2 distances of each filter to all others: kernel `[kh, kw, in, out]` (or any shape with filters on the last axis) → `[out]`, in float64 (FPGM, eq. 4 to 6). */
export function geometricMedian(kernel: Pick<HostTensor, 'shape' | 'values'>): Float64Array {
  const filters = kernel.shape[kernel.shape.length - 1] ?? 0;
  const { values } = kernel;
  // Distances from sums of squared differences, not from norms and products: those cancel where filters are alike.
  const squares = new Float64Array(filters * filters);
  for (let from = 0; from < values.length; from += filters) {
    for (let a = 0; a < filters; a++) {
      const left = values[from + a] as number;
      for (let b = a + 1; b < filters; b++) {
        const apart = left - (values[from + b] as number);
        squares[a * filters + b] = (squares[a * filters + b] as number) + apart * apart;
      }
    }
  }
  const sums = new Float64Array(filters);
  for (let a = 0; a < filters; a++) {
    for (let b = a + 1; b < filters; b++) {
      const distance = Math.sqrt(squares[a * filters + b] as number);
      sums[a] = (sums[a] as number) + distance;
      sums[b] = (sums[b] as number) + distance;
    }
  }
  return sums;
}
