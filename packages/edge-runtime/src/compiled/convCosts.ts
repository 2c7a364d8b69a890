// Knows what each kind of work costs in each way to convolve, in nanoseconds on one core; only ratios matter.
import type { ConvWay, ConvWork } from './convWork.ts';

/** Written by `pnpm bench:kernels --write`: AMD EPYC, Node 20.20.2, relaxed SIMD, 2026-11-25. */
export const convCosts: Readonly<Record<ConvWay, ConvWork>> = {
  gemm: { multiply: 0.0354, lay: 0.351, store: 0.407, far: 0.0243 },
  winograd4: { multiply: 0.0364, lay: 0.596, store: 0.306, far: 0.0114 },
  winograd2: { multiply: 0.0357, lay: 0.387, store: 0.269, far: 0.0143 },
};
