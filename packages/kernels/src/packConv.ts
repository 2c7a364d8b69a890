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
