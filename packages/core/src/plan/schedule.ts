// Knows which share of the filters is pruned after each epoch: the asymptotic P(t), a constant, a line, or a cubic.
import { AsfpError } from '../errors.ts';

/** How the pruning rate grows over the epochs. */
export type ScheduleName = 'asymptotic' | 'constant' | 'linear' | 'cubic';

/** All schedules, in the order of the help. */
export const scheduleNames: readonly ScheduleName[] = ['asymptotic', 'constant', 'linear', 'cubic'];

/** A schedule with its free numbers. */
export interface Schedule {
  readonly schedule: ScheduleName;
  /** The goal rate P, in [0, 1). */
  readonly rate: number;
  /** P_min, the rate at the start, below the goal; `constant` has none. */
  readonly startRate: number;
  /** D, the share of the epochs after which `asymptotic` has three quarters of the goal; the paper's is 1/8. */
  readonly bend: number;
}

/**
 * The share of filters to zero after epoch `t` of `epochs` (t = 1 … epochs; 0 is before training).
 *
 * `asymptotic` is P(t) = a·exp(−k·t) + b through (0, P_min), (D·N, ¾·P) and (N, P) (ASFP, eqs. 6 and 7); `constant` is P
 * from the first epoch on (SFP); `linear` a line from P_min to P; `cubic` P + (P_min − P)·(1 − t/N)³ (Zhu and Gupta 2017).
 * At t = N the goal rate itself is returned, not the rounded formula. Throws AsfpError `rate-range` or `schedule-range`.
 */
export function pruneRate(schedule: Schedule, t: number, epochs: number): number {
  checkSchedule(schedule);
  const { rate, startRate } = schedule;
  if (t >= epochs) return rate;
  if (schedule.schedule === 'constant') return t <= 0 ? 0 : rate;
  if (t <= 0) return startRate;
  return startRate + (rate - startRate) * grown(schedule, t / epochs);
}

/** The share of the way from P_min to P after a share of the epochs, both in (0, 1). */
function grown(schedule: Schedule, time: number): number {
  switch (schedule.schedule) {
    case 'asymptotic': {
      if (schedule.rate === 0) return 1;
      const { bend } = schedule;
      const height = heightAtBend(schedule);
      // The line: both roots of the equation below are 1, and near them its root is lost in rounding.
      if (height - bend < 1e-6) return time;
      const y = decayOverRun(bend, height);
      return (1 - y ** time) / (1 - y);
    }
    case 'linear':
      return time;
    case 'cubic':
      return 1 - (1 - time) ** 3;
    case 'constant':
      return 1;
  }
}

/** Throws AsfpError `rate-range` or `schedule-range` where the numbers do not make a schedule that grows. */
export function checkSchedule(schedule: Schedule): void {
  const { rate, startRate, bend } = schedule;
  checkRate(rate, '--rate');
  checkRate(startRate, '--start-rate');
  if (schedule.schedule === 'constant' || rate === 0) {
    if (startRate !== 0)
      throw outOfRange('--start-rate', 'no start rate, where the rate never grows', startRate);
    return;
  }
  if (startRate >= rate) throw outOfRange('--start-rate', `a rate below ${rate}, the goal`, startRate);
  if (schedule.schedule !== 'asymptotic') return;
  const height = heightAtBend(schedule);
  if (height <= 0) throw outOfRange('--start-rate', 'a rate below three quarters of the goal', startRate);
  if (!(bend > 0 && bend < height + 1e-6)) {
    throw outOfRange('--bend', `a share of the epochs above 0, up to ${Number(height.toFixed(4))}`, bend);
  }
}

/** The share of the way from P_min to P at which three quarters of P are reached. */
function heightAtBend({ rate, startRate }: Schedule): number {
  return (0.75 * rate - startRate) / (rate - startRate);
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
 * y = exp(−k·N), the root in (0, 1) of y^D − c·y − (1 − c) = 0, for 0 < D < c; c = ¾ where P_min is 0.
 *
 * y = 1 is a root as well, and Newton's method may fall into it; bisection between 0 and the maximum of the
 * left-hand side cannot.
 */
export function decayOverRun(d: number, c = 0.75): number {
  const f = (y: number): number => y ** d - c * y - (1 - c);
  let low = 0;
  let high = (d / c) ** (1 / (1 - d));
  for (let i = 0; i < 200; i++) {
    const middle = (low + high) / 2;
    if (f(middle) < 0) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

function outOfRange(where: string, expected: string, found: number): AsfpError {
  return new AsfpError({ code: 'schedule-range', where, expected, found: String(found) });
}
