// Knows what batch norm in inference form multiplies each channel by.

/** `s = gamma / √(variance + epsilon)`, one a channel, in float64. */
export function normScale(
  gamma: ArrayLike<number>,
  variance: ArrayLike<number>,
  epsilon: number,
): Float64Array {
  return Float64Array.from(gamma, (value, c) => value / Math.sqrt((variance[c] as number) + epsilon));
}
