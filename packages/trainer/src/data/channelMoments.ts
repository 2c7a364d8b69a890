// Knows how to measure the mean and the deviation of a data set's pixels.

/** Mean and standard deviation of pixel / 255 per channel of `[…, c]` pixels, in float64; a constant channel deviates by 1. */
export function channelMoments(
  pixels: Uint8Array,
  channels: number,
): { readonly mean: number[]; readonly deviation: number[] } {
  // Whole numbers below 2^53: the sums are exact.
  const sums = new Float64Array(channels);
  const squares = new Float64Array(channels);
  for (let from = 0; from < pixels.length; from += channels) {
    for (let c = 0; c < channels; c++) {
      const value = pixels[from + c] as number;
      sums[c] = (sums[c] as number) + value;
      squares[c] = (squares[c] as number) + value * value;
    }
  }
  const count = pixels.length / channels;
  const mean: number[] = [];
  const deviation: number[] = [];
  for (let c = 0; c < channels; c++) {
    const average = (sums[c] as number) / count;
    const variance = Math.max(0, (squares[c] as number) / count - average * average);
    mean.push(average / 255);
    deviation.push(variance === 0 ? 1 : Math.sqrt(variance) / 255);
  }
  return { mean, deviation };
}
