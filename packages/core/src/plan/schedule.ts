// Knows which share of the filters is pruned after each epoch: the asymptotic P(t), or a constant.
import { AsfpError } from '../errors.ts';

/** How the pruning rate grows over the epochs. */
export type ScheduleName = 'asymptotic' | 'constant';

/**
 * The share of filters to zero after epoch `t` of `epochs` (t = 1 … epochs; 0 is before training).
 *
 * `asymptotic` is P(t) = a·exp(−k·t) + b through (0, 0), (D·N, ¾·P) and (N, P), with D = 1/8 (ASFP, eqs. 6 and 7);
 * `constant` is P from the first epoch on (SFP). At t = N the goal rate itself is returned, not the rounded formula.
 */
export function pruneRate(schedule: ScheduleName, goal: number, t: number, epochs: number): number {
  checkRate(goal, 'rate');
  if (t <= 0) return 0;
  if (t >= epochs || schedule === 'constant') return goal;
  const y = decayOverRun(1 / 8);
  return (goal * (1 - y ** (t / epochs))) / (1 - y);
}

/** The number of filters of `count` that a rate zeroes; the small term keeps 10 · 0.3 from losing one to rounding. */
export function prunedCount(count: number, rate: number): number {
  return Math.floor(count * rate + 1e-9);
}

/** Throws unless the rate is a number in [0, 1). */
export function checkRate(rate: number, where: string): void {
  if (!(rate >= 0 && rate < 1)) {
    throw new AsfpError({
      code: 'rate-range',
      where,
      expected: 'a share of filters in [0, 1)',
      found: String(rate),
      cure: 'Give the share to prune, such as 0.4',
    });
  }
}

/**
 * y = exp(−k·N), the root in (0, 1) of y^D − ¾·y − ¼ = 0, for 0 < D < ¾.
 *
 * y = 1 is a root as well, and Newton's method may fall into it; bisection between 0 and the maximum of the
 * left-hand side cannot.
 */
export function decayOverRun(d: number): number {
  const f = (y: number): number => y ** d - 0.75 * y - 0.25;
  let low = 0;
  let high = (d / 0.75) ** (1 / (1 - d));
  for (let i = 0; i < 200; i++) {
    const middle = (low + high) / 2;
    if (f(middle) < 0) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
