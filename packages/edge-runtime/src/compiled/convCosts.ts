// Knows what each kind of work costs in each way to convolve, in nanoseconds on one core; only ratios matter.
import type { ConvWay, ConvWork } from './convWork.ts';

/** Set by hand from the times of ten layers of 1 × 1 to 56 × 56 pixels; `pnpm bench:kernels --write` fits them. */
export const convCosts: Readonly<Record<ConvWay, ConvWork>> = {
  gemm: { multiply: 0.02, lay: 0.1, store: 0, far: 0.045 },
  winograd4: { multiply: 0.02, lay: 0.25, store: 0.25, far: 0.045 },
  winograd2: { multiply: 0.02, lay: 0.25, store: 0.25, far: 0.045 },
};
