// Knows order statistics and bootstrap intervals.
import type { Rng } from './rng.ts';

/** The p-th quantile of the values, p in [0, 1], interpolated between neighbours; NaN when there are none. */
export function quantile(values: readonly number[], p: number): number {
  if (values.length === 0) return Number.NaN;
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * p;
  const low = Math.floor(at);
  const below = sorted[low] as number;
  const above = sorted[Math.min(low + 1, sorted.length - 1)] as number;
  return below + (above - below) * (at - low);
}

/** The median. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The arithmetic mean; NaN when there are none. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The 95 % percentile-bootstrap interval of a statistic of `count` exchangeable rounds, given by their positions. */
export function bootstrapInterval(
  count: number,
  statistic: (rounds: readonly number[]) => number,
  rng: Rng,
  resamples = 400,
): readonly [number, number] {
  const results: number[] = [];
  for (let r = 0; r < resamples; r++) {
    results.push(statistic(Array.from({ length: count }, () => rng.int(count))));
  }
  return [quantile(results, 0.025), quantile(results, 0.975)];
}
