import { expect, test } from 'vitest';
import { compareRuns } from './compareRuns.ts';

const pair = (a: number[], b: number[], rowLength = 2): Parameters<typeof compareRuns>[0] => [
  { name: 'y', rowLength, a, b },
];

test('errors are relative to the largest value of their own output, the worst output counts', () => {
  const result = compareRuns([...pair([10, -20], [10, -19]), ...pair([0.1, 0], [0.1, 0.05])]);
  expect(result.maxAbsError).toBe(1);
  expect(result.maxRelError).toBe(0.5);
});

test('argmax is compared row by row', () => {
  expect(compareRuns(pair([1, 2, 3, 1, 5, 6], [1, 2, 1, 3, 5, 6])).argmaxAgreement).toBeCloseTo(2 / 3, 12);
});

test('small differences of large typed arrays are not lost in their type', () => {
  const a = Uint8Array.from([255]);
  const b = Uint8Array.from([0]);
  expect(compareRuns([{ name: 'y', rowLength: 1, a, b }]).maxAbsError).toBe(255);
});

test('a NaN on one side is an infinite error, on both sides none', () => {
  expect(compareRuns(pair([1, Number.NaN], [1, 2])).maxRelError).toBe(Number.POSITIVE_INFINITY);
  expect(compareRuns(pair([1, 2], [1, Number.NaN])).maxRelError).toBe(Number.POSITIVE_INFINITY);
  expect(compareRuns(pair([1, Number.NaN], [1, Number.NaN])).maxRelError).toBe(0);
  expect(compareRuns(pair([0, 0], [0, 1e-9])).maxRelError).toBe(Number.POSITIVE_INFINITY);
});

test('lengths that differ are a bug of ours', () => {
  expect(() => compareRuns(pair([1, 2], [1]))).toThrow('internal: output y: 2 values against 1');
});
