// Knows how kernels lie in memory for each way to convolve.
import { packPanels, up4 } from './packPanels.ts';

/** A convolution's kernel `[kh, kw, in, out]`. */
export interface ConvKernel {
  readonly shape: readonly [number, number, number, number];
  readonly values: ArrayLike<number>;
}

/**
 * A kernel for convGemm: panels of depth `[kh][taps][run]`; `stride` is the number of floats that a pixel of the input takes,
 * at least the channels. Undilated along the rows, a run is all `kw` pixels, without what fills up the last one; else each tap
 * is one. For at most four columns a run is filled up to a multiple of 4.
 */
export function packConvGemm(kernel: ConvKernel, stride: number, dilationX: number): Float32Array {
  const [kh, kw, channels, cols] = kernel.shape;
  const together = dilationX === 1;
  const taps = together ? 1 : kw;
  const floats = (together ? (kw - 1) * stride : 0) + channels;
  const run = up4(cols) === 4 ? up4(floats) : floats;
  return packPanels(kh * taps * run, cols, kernel.values, (row) => {
    const y = Math.floor(row / (taps * run));
    const tap = Math.floor(row / run) % taps;
    const inRun = row % run;
    const x = together ? Math.floor(inRun / stride) : tap;
    const channel = together ? inRun % stride : inRun;
    return x < kw && channel < channels ? ((y * kw + x) * channels + channel) * cols : -1;
  });
}

/** The transforms `G` of a filter's rows and columns: Lavin and Gray 2016, section 4. */
const G: Readonly<Record<2 | 4, readonly (readonly [number, number, number])[]>> = {
  2: [
    [1, 0, 0],
    [1 / 2, 1 / 2, 1 / 2],
    [1 / 2, -1 / 2, 1 / 2],
    [0, 0, 1],
  ],
  4: [
    [1 / 4, 0, 0],
    [-1 / 6, -1 / 6, -1 / 6],
    [-1 / 6, 1 / 6, -1 / 6],
    [1 / 24, 1 / 12, 1 / 6],
    [1 / 24, -1 / 12, 1 / 6],
    [0, 0, 1],
  ],
};

/** A kernel `[3, 3, in, out]` for winograd: `(tile + 2)²` planes of panels `G g Gᵀ`, each of depth `in`, or `up4(in)` for at most four columns. */
export function packWinograd(kernel: ConvKernel, tile: 2 | 4): Float32Array {
  const [, , channels, cols] = kernel.shape;
  const { values } = kernel;
  const g = G[tile];
  const side = tile + 2;
  const depth = up4(cols) === 4 ? up4(channels) : channels;
  const plane = depth * up4(cols);
  const tap = channels * cols;
  const out = new Float32Array(side * side * plane);
  // Half of the transform is shared by the planes of a row.
  const half = new Float64Array(3 * tap);
  const whole = new Float64Array(tap);
  for (let i = 0; i < side; i++) {
    const [g0, g1, g2] = g[i] as readonly [number, number, number];
    for (let x = 0; x < 3; x++) {
      for (let e = 0; e < tap; e++) {
        half[x * tap + e] =
          g0 * (values[x * tap + e] as number) +
          g1 * (values[(3 + x) * tap + e] as number) +
          g2 * (values[(6 + x) * tap + e] as number);
      }
    }
    for (let j = 0; j < side; j++) {
      const [h0, h1, h2] = g[j] as readonly [number, number, number];
      const at = (i * side + j) * plane;
      for (let e = 0; e < tap; e++) {
        whole[e] =
          h0 * (half[e] as number) + h1 * (half[tap + e] as number) + h2 * (half[2 * tap + e] as number);
      }
      const rowAt = (row: number): number => (row < channels ? row * cols : -1);
      packPanels(depth, cols, whole, rowAt, out.subarray(at, at + plane));
    }
  }
  return out;
}

/** A depthwise kernel `[kh, kw, channels]` (multiplier 1), each tap filled up to whole vectors. */
export function packDepthwise(
  shape: readonly [number, number, number],
  values: ArrayLike<number>,
): Float32Array {
  const [kh, kw, channels] = shape;
  const out = new Float32Array(kh * kw * up4(channels));
  for (let tap = 0; tap < kh * kw; tap++) {
    for (let c = 0; c < channels; c++) out[tap * up4(channels) + c] = values[tap * channels + c] as number;
  }
  return out;
}
