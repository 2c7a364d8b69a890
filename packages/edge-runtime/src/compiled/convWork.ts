// Knows the ways to convolve, and how much of each kind of work a convolution is in each of them.
import { type Points, up4, winogradTile } from '@asfp/kernels';

/** The ways: a product of patches, or Winograd on six or on four points. */
export type ConvWay = 'gemm' | 'sixPoints' | 'fourPoints';

/** A convolution, in numbers. */
export interface ConvSize {
  readonly batch: number;
  readonly channels: number;
  /** Floats from a pixel to the next; unless said, the channels filled up to vectors. */
  readonly pixel?: number;
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

/** The points of a way. */
export const pointsOf: Readonly<Record<Exclude<ConvWay, 'gemm'>, Points>> = { sixPoints: 6, fourPoints: 4 };

/** The ways that a convolution can go. */
export function convWays({ kernel, strides, dilations }: ConvSize): readonly ConvWay[] {
  const [size, stride] = [kernel[0], strides[0]];
  const square = kernel[1] === size && strides[1] === stride && dilations.every((one) => one === 1);
  const taps = Math.ceil(size / stride);
  // Two taps save about a third, for several times the rounding; of stride 2 the kernels pack odd sizes alone.
  if (!square || taps < 3 || taps > 5 || stride > 2 || size % stride < stride - 1) return ['gemm'];
  return size === 3 && stride === 1 ? ['gemm', 'sixPoints', 'fourPoints'] : ['gemm', 'sixPoints'];
}

/** What a convolution takes in one of its ways. */
export function convWork(size: ConvSize, way: ConvWay): ConvWork {
  return way === 'gemm' ? gemmWork(size) : winogradWork(size, pointsOf[way]);
}

function gemmWork(size: ConvSize): ConvWork {
  const { batch, channels, cols, kernel, strides, yHeight, yWidth, pixel = up4(channels) } = size;
  const rows = batch * yHeight * yWidth;
  // Of a run of pixels only the last is not filled up to whole vectors.
  const depth = kernel[0] * ((kernel[1] - 1) * pixel + channels);
  // Pixels that are rows of the product as they stand are not copied.
  const copied = [...kernel, ...strides].some((one) => one !== 1);
  return {
    multiply: rows * depth * up4(cols),
    lay: copied ? rows * depth : 0,
    store: rows * up4(cols),
    far: far(depth * up4(cols) * 4),
  };
}

function winogradWork(size: ConvSize, points: Points): ConvWork {
  const { batch, channels, cols, yHeight, yWidth } = size;
  const stride = size.strides[0] as 1 | 2;
  const tile = winogradTile(size.kernel[0], points, stride);
  const planes = points ** 2;
  // Products go by four rows at a time.
  const tiles = up4(batch * Math.ceil(yHeight / tile) * Math.ceil(yWidth / tile));
  const to = up4(cols);
  // Four parts of a kernel, less those that have no last tap.
  const depth = stride === 1 ? planes * channels : (2 * points - 1) ** 2 * up4(channels);
  return {
    multiply: tiles * depth * to,
    lay: planes * tiles * stride ** 2 * up4(channels),
    store: planes * tiles * to,
    far: far(depth * to * 4),
  };
}

function far(bytes: number): number {
  return bytes > NEAR ? bytes : 0;
}
