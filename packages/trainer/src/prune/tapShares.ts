// Knows how often each tap of a convolution's window sees the image, and how often its padding.
import type { layers } from '@tensorflow/tfjs-layers';

/** For each tap of the window `[kh · kw]`, the share of the layer's positions at which it lies inside the image. */
export function tapShares(layer: layers.Layer): Float64Array {
  const { kernelSize, strides, padding, dilationRate } = layer.getConfig() as unknown as WindowConfig;
  const [, height = null, width = null] = Array.isArray(layer.input) ? [] : layer.input.shape;
  const [kh, kw] = kernelSize;
  const whole = padding !== 'same' || height === null || width === null;
  const axis = (size: number, taps: number, at: 0 | 1): number[] =>
    insideShares(size, taps, strides[at], dilationRate?.[at] ?? 1);
  const rows = whole ? new Array<number>(kh).fill(1) : axis(height, kh, 0);
  const columns = whole ? new Array<number>(kw).fill(1) : axis(width, kw, 1);
  return Float64Array.from(rows.flatMap((row) => columns.map((column) => row * column)));
}

interface WindowConfig {
  readonly kernelSize: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly padding: string;
  readonly dilationRate?: readonly [number, number];
}

/** Along one axis, padded SAME: TensorFlow puts the smaller half of the padding in front. */
function insideShares(size: number, taps: number, stride: number, dilation: number): number[] {
  const positions = Math.ceil(size / stride);
  const reach = (taps - 1) * dilation + 1;
  const front = Math.floor(Math.max(0, (positions - 1) * stride + reach - size) / 2);
  return Array.from({ length: taps }, (_, tap) => {
    let inside = 0;
    for (let position = 0; position < positions; position++) {
      const at = position * stride + tap * dilation - front;
      if (at >= 0 && at < size) inside++;
    }
    return inside / positions;
  });
}
