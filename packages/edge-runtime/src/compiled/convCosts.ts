// Knows what each kind of work costs in each way to convolve, in nanoseconds on one core; only ratios matter.
import type { ConvWay, ConvWork } from './convWork.ts';

/** Written by `pnpm bench:kernels --write`: AMD EPYC, Node 20.20.2, relaxed SIMD, 2026-11-25. */
export const convCosts: Readonly<Record<ConvWay, ConvWork>> = {
  gemm: { multiply: 0.0392, lay: 0.0582, store: 0.683, far: 0.05 },
  winograd4: { multiply: 0.042, lay: 0.117, store: 0.326, far: 0.0116 },
  winograd2: { multiply: 0.0413, lay: 0.00242, store: 0.266, far: 0.00994 },
};
