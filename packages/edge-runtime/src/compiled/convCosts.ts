// Knows what each kind of work costs in each way to convolve, in nanoseconds on one core; only ratios matter.
import type { ConvWay, ConvWork } from './convWork.ts';

/** Written by `pnpm bench:kernels --write`: AMD EPYC, Node 20.20.2, relaxed SIMD, 2026-11-25. */
export const convCosts: Readonly<Record<ConvWay, ConvWork>> = {
  gemm: { multiply: 0.0361, lay: 0.224, store: 0.398, far: 0.0219 },
  winograd4: { multiply: 0.0411, lay: 0.141, store: 0.376, far: 0.00506 },
  winograd2: { multiply: 0.0382, lay: 0.05, store: 0.323, far: 0.0098 },
};
