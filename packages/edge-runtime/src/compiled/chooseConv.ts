// Knows which way to convolve takes the least time, from a rough estimate of what the parts of each cost.
import { up4 } from '@asfp/kernels';

/** The ways: a product of patches, or Winograd in tiles of 4 or 2. */
export type ConvWay = 'gemm' | 'winograd4' | 'winograd2';

/** A convolution, in numbers. */
export interface ConvSize {
  readonly batch: number;
  readonly channels: number;
  readonly cols: number;
  readonly kernel: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
  readonly yHeight: number;
  readonly yWidth: number;
}

/**
 * Nanoseconds of each part on one core of an AMD EPYC (Node 20, relaxed SIMD, 2026-11-25), set by hand from the times of ten
 * layers of 1 × 1 to 56 × 56 pixels; only their ratios matter. No committed bench fits them yet.
 */
const COST = {
  /** A multiply-add within a product. */
  multiply: 0.02,
  /** A float of a patch that is copied. */
  patch: 0.1,
  /** A float of a transformed tile. */
  transform: 0.25,
  /** A byte of kernels that do not fit the second-level cache. */
  farByte: 0.045,
} as const;

/** Bytes of kernels that stay near. */
const NEAR = 1 << 20;

/** The way that should be the fastest. */
export function chooseConv(size: ConvSize): ConvWay {
  const { kernel, strides, dilations } = size;
  const square = kernel[0] === 3 && kernel[1] === 3 && [...strides, ...dilations].every((one) => one === 1);
  if (!square) return 'gemm';
  const costs: readonly (readonly [ConvWay, number])[] = [
    ['gemm', gemmCost(size)],
    ['winograd4', winogradCost(size, 4)],
    ['winograd2', winogradCost(size, 2)],
  ];
  return costs.reduce((best, each) => (each[1] < best[1] ? each : best))[0];
}

function gemmCost({ batch, channels, cols, kernel, yHeight, yWidth }: ConvSize): number {
  const rows = batch * yHeight * yWidth;
  const depth = kernel[0] * kernel[1] * up4(channels);
  return rows * depth * (up4(cols) * COST.multiply + COST.patch) + far(depth * up4(cols) * 4);
}

function winogradCost({ batch, channels, cols, yHeight, yWidth }: ConvSize, tile: 2 | 4): number {
  const planes = (tile + 2) ** 2;
  // Products go by four rows at a time.
  const tiles = up4(batch * Math.ceil(yHeight / tile) * Math.ceil(yWidth / tile));
  const [from, to] = [up4(channels), up4(cols)];
  const transforms = planes * tiles * (from + to) * COST.transform;
  return planes * tiles * from * to * COST.multiply + transforms + far(planes * from * to * 4);
}

function far(bytes: number): number {
  return bytes > NEAR ? bytes * COST.farByte : 0;
}
