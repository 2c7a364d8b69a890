import { expect, test } from 'vitest';
import { rngFromSeed, rngFromState, shuffledOrder } from './rng.ts';
import { bootstrapInterval, mean, median, quantile } from './stats.ts';

test('quantiles interpolate between neighbours', () => {
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(quantile([1, 2, 3, 4, 5], 0.95)).toBeCloseTo(4.8, 12);
  expect(quantile([], 0.5)).toBeNaN();
  expect(mean([1, 2, 6])).toBe(3);
});

test('the bootstrap interval of a median holds the true one and is narrow for many samples', () => {
  const rng = rngFromSeed(7);
  const samples = Array.from({ length: 400 }, () => 10 + rng.normal());
  const [low, high] = bootstrapInterval(
    samples.length,
    (rounds) => median(rounds.map((i) => samples[i] as number)),
    rng,
  );
  expect(low).toBeLessThan(10);
  expect(high).toBeGreaterThan(10);
  expect(high - low).toBeLessThan(0.4);
});

test('the same seed gives the same stream, also from a saved state, and forks differ', () => {
  const a = rngFromSeed(1);
  const first = [a.next(), a.next()];
  const saved = a.state();
  const rest = [a.next(), a.normal(), a.int(10)];
  const b = rngFromSeed(1);
  expect([b.next(), b.next()]).toEqual(first);
  const c = rngFromState(saved);
  expect([c.next(), c.normal(), c.int(10)]).toEqual(rest);
  expect(rngFromSeed(1).fork('x').next()).not.toBe(rngFromSeed(1).fork('y').next());
  expect([...shuffledOrder(50, rngFromSeed(3))].sort((x, y) => x - y)).toEqual([...Array(50).keys()]);
});

test('uniform and normal numbers have the moments they should', () => {
  const rng = rngFromSeed(11);
  const uniform = Array.from({ length: 20000 }, () => rng.next());
  const normal = Array.from({ length: 20000 }, () => rng.normal());
  // Five standard errors of the mean: 5 · 0.2887/√20000 and 5/√20000.
  expect(Math.abs(mean(uniform) - 0.5)).toBeLessThan(0.0103);
  expect(Math.abs(mean(normal))).toBeLessThan(0.0354);
  expect(Math.abs(mean(normal.map((x) => x * x)) - 1)).toBeLessThan(0.05);
});
