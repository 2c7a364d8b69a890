import { expect, test } from 'vitest';
import {
  decayOverRun,
  prunedCount,
  pruneRate as rateOf,
  type Schedule,
  type ScheduleName,
} from './schedule.ts';

const pruneRate = (
  schedule: ScheduleName,
  rate: number,
  t: number,
  epochs: number,
  free: Partial<Schedule> = {},
): number => rateOf({ schedule, rate, startRate: 0, bend: 1 / 8, ...free }, t, epochs);

test('P(t) passes through (0, 0), (N/8, ¾·P) and (N, P) exactly', () => {
  expect(pruneRate('asymptotic', 0.4, 0, 200)).toBe(0);
  expect(pruneRate('asymptotic', 0.4, 25, 200)).toBeCloseTo(0.3, 12);
  expect(pruneRate('asymptotic', 0.4, 200, 200)).toBe(0.4);
});

test.each([
  [1, 200, 0.053941],
  [2, 200, 0.104973],
  [5, 200, 0.242138],
  [12.5, 200, 0.499996],
  [50, 200, 0.937509],
  [199, 200, 0.999999],
  [25, 100, 0.937509],
])('P(%d)/P for N = %d is %d', (t, epochs, share) => {
  expect(pruneRate('asymptotic', 0.3, t, epochs) / 0.3).toBeCloseTo(share, 6);
});

test('k·N for D = 1/8, 1/4 and 1/2 is the known root, not the trivial one', () => {
  expect(-Math.log(decayOverRun(1 / 8))).toBeCloseTo(11.08999, 5);
  expect(-Math.log(decayOverRun(1 / 4))).toBeCloseTo(5.49625, 5);
  expect(-Math.log(decayOverRun(1 / 2))).toBeCloseTo(2 * Math.log(3), 10);
});

test('the rate never falls, and the goal is reached at the last prune', () => {
  let last = 0;
  for (let t = 0; t <= 7; t++) {
    const rate = pruneRate('asymptotic', 0.5, t, 7);
    expect(rate).toBeGreaterThanOrEqual(last);
    last = rate;
  }
  expect(last).toBe(0.5);
  expect(pruneRate('asymptotic', 0.5, 1, 1)).toBe(0.5);
});

test('SFP prunes at the goal rate from the first epoch on', () => {
  expect([0, 1, 2, 3].map((t) => pruneRate('constant', 0.3, t, 3))).toEqual([0, 0.3, 0.3, 0.3]);
});

// The published codes compute int(n·(1 − rate)) with the kept share and lose filters to rounding (10 at 0.9 gives 0).
test.each([
  [10, 1 - 0.9, 1],
  [20, 1 - 0.9, 2],
  [16, 0.1, 1],
  [32, 0.1, 3],
  [64, 0.3, 19],
  [16, 0.4, 6],
  [64, 0.4, 25],
  [16, 0.5, 8],
  [10, 0.3, 3],
  [1, 0.99, 0],
])('of %d filters, rate %d zeroes %d', (count, rate, zeroed) => {
  expect(prunedCount(count, rate)).toBe(zeroed);
});

test('a rate outside [0, 1) is refused', () => {
  expect(() => pruneRate('asymptotic', 1, 1, 2)).toThrow(
    '--rate: expected a share of filters in [0, 1), found 1. Give the share to prune, such as 0.4',
  );
  expect(() => pruneRate('constant', Number.NaN, 1, 2)).toThrow('found NaN');
});

test('P_min and D are free: the curve passes through (0, P_min), (D·N, ¾·P) and (N, P)', () => {
  for (const [startRate, bend] of [
    [0.1, 1 / 8],
    [0, 1 / 2],
    [0.25, 0.1],
    [0.1, 2 / 3],
  ] as const) {
    const at = (t: number): number => pruneRate('asymptotic', 0.4, t, 120, { startRate, bend });
    expect(at(0)).toBe(startRate);
    expect(at(120 * bend)).toBeCloseTo(0.3, 9);
    expect(at(120)).toBe(0.4);
  }
});

test('where D lies on the line, the curve is the line', () => {
  const curve = [30, 60, 90].map((t) => pruneRate('asymptotic', 0.4, t, 120, { bend: 0.75 }));
  const line = [30, 60, 90].map((t) => pruneRate('linear', 0.4, t, 120));
  curve.forEach((rate, i) => {
    expect(rate).toBeCloseTo(line[i] as number, 12);
  });
  expect(line).toEqual([0.4 * 0.25, 0.4 * 0.5, 0.4 * 0.75]);
});

test('the cubic is P + (P_min − P)·(1 − t/N)³', () => {
  const rates = [0, 5, 10].map((t) => pruneRate('cubic', 0.5, t, 10, { startRate: 0.1 }));
  expect(rates).toEqual([0.1, 0.1 + 0.4 * 0.875, 0.5]);
});

test.each([
  [
    { schedule: 'asymptotic', bend: 0.8 },
    '--bend: expected a share of the epochs above 0, up to 0.75, found 0.8',
  ],
  [
    { schedule: 'asymptotic', bend: 0 },
    '--bend: expected a share of the epochs above 0, up to 0.75, found 0',
  ],
  [{ startRate: 0.4 }, '--start-rate: expected a rate below 0.4, the goal, found 0.4'],
  [
    { schedule: 'asymptotic', startRate: 0.35 },
    '--start-rate: expected a rate below three quarters of the goal, found 0.35',
  ],
  [
    { schedule: 'constant', startRate: 0.1 },
    '--start-rate: expected no start rate, where the rate never grows, found 0.1',
  ],
] as [Partial<Schedule>, string][])('%o makes no schedule', (free, message) => {
  const schedule = { schedule: 'linear', rate: 0.4, startRate: 0, bend: 1 / 8, ...free } as const;
  expect(() => rateOf(schedule, 1, 10)).toThrow(message);
});
