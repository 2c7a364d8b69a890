// Knows what each kind of work costs in each way to convolve, in nanoseconds on one core; only ratios matter.
import type { ConvWay, ConvWork } from './convWork.ts';

/** Written by `pnpm bench:kernels --write`: AMD EPYC, Node 20.20.2, relaxed SIMD, 2026-11-25. */
export const convCosts: Readonly<Record<ConvWay, ConvWork>> = {
  gemm: { multiply: 0.0414, lay: 0.0356, store: 0.6, far: 0.0589 },
  winograd4: { multiply: 0.0403, lay: 0.213, store: 0.318, far: 0.0169 },
  winograd2: { multiply: 0.04, lay: 0.0445, store: 0.251, far: 0.0208 },
};
