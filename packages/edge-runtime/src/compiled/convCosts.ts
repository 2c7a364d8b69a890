// Knows what each kind of work costs in each way to convolve, in nanoseconds on one core; only ratios matter.
import type { ConvWay, ConvWork } from './convWork.ts';

/** Written by `pnpm bench:kernels --write`: AMD EPYC, Node 20.20.2, relaxed SIMD, 2026-11-25. */
export const convCosts: Readonly<Record<ConvWay, ConvWork>> = {
  gemm: { multiply: 0.0372, lay: 0.125, store: 0.684, far: 0.0226 },
  winograd4: { multiply: 0.0409, lay: 0.162, store: 0.378, far: 0.00839 },
  winograd2: { multiply: 0.0387, lay: 0.0755, store: 0.297, far: 0.0101 },
};
