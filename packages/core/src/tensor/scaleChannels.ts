// Knows how numbers are multiplied by a factor each channel has of its own.

/**
 * Numbers whose last axis (a depthwise kernel's last two together) counts channels, each times its channel's factor, in float64. A
 * loop, for typed arrays' `from` with a function makes an object of each number and takes twenty times as long.
 */
export function scaleChannels(values: ArrayLike<number>, scale: ArrayLike<number>): Float64Array {
  const out = new Float64Array(values.length);
  for (let at = 0; at < out.length; at++)
    out[at] = (values[at] as number) * (scale[at % scale.length] as number);
  return out;
}
