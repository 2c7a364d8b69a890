// Knows that axes have round numbers and hold all that is drawn.
import { expect, test } from 'vitest';
import { ticks } from './ticks.ts';

test('ticks are round and enclose the range', () => {
  expect(ticks(0, 5.9, 5)).toEqual([0, 2, 4, 6]);
  expect(ticks(40.2, 86.9, 5)).toEqual([40, 50, 60, 70, 80, 90]);
  expect(ticks(0, 0.0123, 5)).toEqual([0, 0.005, 0.01, 0.015]);
  expect(ticks(0, 1, 4)).toEqual([0, 0.5, 1]);
  expect(ticks(3, 3, 5)).toEqual([3, 4]);
});

test('any range is covered by at most the intervals asked for', () => {
  for (let high = 0.013; high < 1e5; high *= 1.37) {
    const steps = ticks(0, high, 5);
    expect(steps[0]).toBe(0);
    expect(steps.at(-1)).toBeGreaterThanOrEqual(high);
    expect(steps.length).toBeLessThanOrEqual(6);
  }
});
