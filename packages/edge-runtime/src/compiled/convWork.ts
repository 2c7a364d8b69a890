// Knows the ways to convolve, and how much of each kind of work a convolution is in each of them.
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

/** Amounts of work. */
export interface ConvWork {
  /** Multiply-adds within products. */
  readonly multiply: number;
  /** Floats that are laid out before a product: patches, or transformed tiles of the input. */
  readonly lay: number;
  /** Floats that products give: results, or tiles that are still to be transformed. */
  readonly store: number;
  /** Bytes of kernels that are not near the core when their turn comes; 0 for small ones. */
  readonly far: number;
}

/** Bytes of kernels that stay near, though other layers' come between. */
const NEAR = 1 << 18;

/** The ways that a convolution can go. */
export function convWays({ kernel, strides, dilations }: ConvSize): readonly ConvWay[] {
  const square = kernel[0] === 3 && kernel[1] === 3 && [...strides, ...dilations].every((one) => one === 1);
  return square ? ['gemm', 'winograd4', 'winograd2'] : ['gemm'];
}

/** What a convolution takes in one of its ways. */
export function convWork(size: ConvSize, way: ConvWay): ConvWork {
  if (way === 'gemm') return gemmWork(size);
  return winogradWork(size, way === 'winograd4' ? 4 : 2);
}

function gemmWork({ batch, channels, cols, kernel, strides, yHeight, yWidth }: ConvSize): ConvWork {
  const rows = batch * yHeight * yWidth;
  // Of a run of pixels only the last is not filled up to whole vectors.
  const depth = kernel[0] * ((kernel[1] - 1) * up4(channels) + channels);
  // Pixels that are rows of the product as they stand are not copied.
  const copied = [...kernel, ...strides].some((one) => one !== 1);
  return {
    multiply: rows * depth * up4(cols),
    lay: copied ? rows * depth : 0,
    store: rows * up4(cols),
    far: far(depth * up4(cols) * 4),
  };
}

function winogradWork({ batch, channels, cols, yHeight, yWidth }: ConvSize, tile: 2 | 4): ConvWork {
  const planes = (tile + 2) ** 2;
  // Products go by four rows at a time.
  const tiles = up4(batch * Math.ceil(yHeight / tile) * Math.ceil(yWidth / tile));
  const to = up4(cols);
  return {
    multiply: planes * tiles * channels * to,
    lay: planes * tiles * up4(channels),
    store: planes * tiles * to,
    far: far(planes * channels * to * 4),
  };
}

function far(bytes: number): number {
  return bytes > NEAR ? bytes : 0;
}
