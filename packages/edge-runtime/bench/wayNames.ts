// Knows what tables call the ways to convolve.
import type { ConvTime } from './convTimes.ts';

/** A way as readers know it. */
export const wayNames: Readonly<Record<ConvTime['way'], string>> = {
  gemm: 'patches',
  sixPoints: 'Winograd, six points',
  fourPoints: 'Winograd, four points',
  depthwise: 'depthwise',
};
