// Knows what each kind of work costs in each way to convolve, in nanoseconds on one core; only ratios matter.
import type { ConvWay, ConvWork } from './convWork.ts';

/** Written by `pnpm bench:kernels --write`: AMD EPYC, Node 20.20.2, relaxed SIMD, 2026-11-25. */
export const convCosts: Readonly<Record<ConvWay, ConvWork>> = {
  gemm: { multiply: 0.037, lay: 0.125, store: 0.686, far: 0.0212 },
  sixPoints: { multiply: 0.0402, lay: 0.216, store: 0.343, far: 0.00584 },
  fourPoints: { multiply: 0.0382, lay: 0.0802, store: 0.295, far: 0.00854 },
};
