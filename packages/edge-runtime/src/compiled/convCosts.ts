// Knows what each kind of work costs in each way to convolve, in nanoseconds on one core; only ratios matter.
import type { ConvWay, ConvWork } from './convWork.ts';

/** Written by `pnpm bench:kernels --write`: AMD EPYC, Node 20.20.2, relaxed SIMD, 2026-11-25. */
export const convCosts: Readonly<Record<ConvWay, ConvWork>> = {
  gemm: { multiply: 0.039, lay: 0, store: 1.88, far: 0.0301 },
  winograd4: { multiply: 0.0398, lay: 0, store: 0.693, far: 0.015 },
  winograd2: { multiply: 0.0383, lay: 0, store: 0.498, far: 0.0208 },
};
