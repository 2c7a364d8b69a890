import { expect, test } from 'vitest';
import { l2Norm } from './l2Norm.ts';

test('sums over all axes but the last, and is exact for small integers', () => {
  const kernel = { shape: [1, 2, 1, 2], values: Float32Array.from([3, 0, 4, 5]) };
  expect([...l2Norm(kernel)]).toEqual([5, 5]);
});

test('adds in float64: a float32 sum of these squares would overflow', () => {
  const kernel = { shape: [2, 1], values: Float32Array.from([3e30, 4e30]) };
  expect((l2Norm(kernel)[0] as number) / 5e30).toBeCloseTo(1, 6);
});
