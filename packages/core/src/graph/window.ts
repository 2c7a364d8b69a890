// Knows how a window walks over an image: output sizes and the padding that each side gets.
import { AsfpError } from '../errors.ts';
import type { Dim, Padding, Pair } from './graph.ts';

/** One axis of a window op. */
export interface WindowAxis {
  readonly out: number;
  readonly before: number;
  readonly after: number;
}

/** Output size and padding along one axis; `axis` is 0 for height, 1 for width (TensorFlow's rule for SAME: the odd one goes after). */
export function windowAxis(
  size: number,
  window: number,
  stride: number,
  dilation: number,
  pad: Padding,
  axis: 0 | 1,
): WindowAxis {
  const reach = (window - 1) * dilation + 1;
  if (pad === 'same') {
    const out = Math.ceil(size / stride);
    const total = Math.max(0, (out - 1) * stride + reach - size);
    return { out, before: Math.floor(total / 2), after: total - Math.floor(total / 2) };
  }
  const [before, after] = pad === 'valid' ? [0, 0] : pad[axis];
  return { out: Math.floor((size + before + after - reach) / stride) + 1, before, after };
}

/** Output height and width of a window op; null where the input's is unknown. Throws when the window does not fit. */
export function windowOutput(
  [height, width]: readonly [Dim, Dim],
  window: Pair,
  strides: Pair,
  dilations: Pair,
  pad: Padding,
  where: string,
): [Dim, Dim] {
  const along = (size: Dim, axis: 0 | 1): Dim => {
    if (size === null) return null;
    const { out } = windowAxis(size, window[axis], strides[axis], dilations[axis], pad, axis);
    if (out < 1) {
      throw new AsfpError({
        code: 'window-fit',
        where,
        expected: `an image of at least the window's ${axis === 0 ? 'height' : 'width'} ${(window[axis] - 1) * dilations[axis] + 1}`,
        found: String(size),
      });
    }
    return out;
  };
  return [along(height, 0), along(width, 1)];
}

/** Whether some window of the op hangs over the image's edge, so that a constant channel does not give a constant result. */
export function seesPadding(
  [height, width]: readonly [Dim, Dim],
  window: Pair,
  strides: Pair,
  dilations: Pair,
  pad: Padding,
): boolean {
  const along = (size: Dim, axis: 0 | 1): boolean => {
    if (pad === 'valid' || window[axis] === 1)
      return pad !== 'same' && pad !== 'valid' && pad[axis].some((p) => p > 0);
    if (size === null) return true;
    const { before, after } = windowAxis(size, window[axis], strides[axis], dilations[axis], pad, axis);
    return before > 0 || after > 0;
  };
  return along(height, 0) || along(width, 1);
}

/** The smallest size whose convolution gives `size`: what a transposed convolution makes of it when nothing else is said. */
export function leastTransposed(size: number, window: number, stride: number, pad: 'same' | 'valid'): number {
  return pad === 'same' ? size * stride : size * stride + Math.max(window - stride, 0);
}
