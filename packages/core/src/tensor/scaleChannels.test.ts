// Knows that every channel gets its own factor, and that nothing is rounded to float32.
import { expect, test } from 'vitest';
import { scaleChannels } from './scaleChannels.ts';

test('factors follow the last axis, in float64', () => {
  expect([...scaleChannels(Float32Array.of(1, 2, 3, 4, 5, 6), [1, 0, 0.1])]).toEqual([
    ...[1, 0, 3 * 0.1],
    ...[4, 0, 6 * 0.1],
  ]);
});
