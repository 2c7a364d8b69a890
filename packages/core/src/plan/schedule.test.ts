import { expect, test } from 'vitest';
import { decayOverRun, prunedCount, pruneRate } from './schedule.ts';

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
    'rate: expected a share of filters in [0, 1), found 1. Give the share to prune, such as 0.4',
  );
  expect(() => pruneRate('constant', Number.NaN, 1, 2)).toThrow('found NaN');
});
