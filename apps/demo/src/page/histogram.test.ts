// Knows how samples are counted for the picture.
import { expect, test } from 'vitest';
import { binned } from './histogram.ts';

test('each sample is counted once, those beyond the end in the last bin', () => {
  const counts = binned([0, 0.5, 1, 59.9, 60, 1000], 60);
  expect(counts.length).toBe(60);
  expect([counts[0], counts[1], counts[59]]).toEqual([2, 1, 3]);
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(6);
});
