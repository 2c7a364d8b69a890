// Knows the lab's inputs and errors, by hand.
import { expect, test } from 'vitest';
import { labInputs, maxAbsError } from './labNumbers.ts';

const spec = (shape: (number | null)[] | null): Parameters<typeof labInputs>[0][number] => ({
  name: 'x',
  node: 'x',
  dtype: 'float32',
  shape,
});

test('every subject gets the same numbers from the same seed, or those that are given', () => {
  const [one] = labInputs([spec([null, 2, 3])], 4, null, 7);
  const [again] = labInputs([spec([1, 2, 3])], 4, null, 7);
  expect(one?.shape).toEqual([4, 2, 3]);
  expect(again).toEqual(one);
  expect(labInputs([spec([null, 2, 3])], 4, null, 8)[0]?.values).not.toEqual(one?.values);
  expect(labInputs([spec([null, 2])], 1, [[5, 6]], 7)[0]?.values).toEqual(Float32Array.of(5, 6));
  expect(() => labInputs([spec([null, null, 3])], 1, null, 7)).toThrow(
    'input x: expected a shape that leaves only the batch open, found [?, ?, 3]',
  );
  expect(() => labInputs([spec(null)], 1, null, 7)).toThrow('found none');
});

test('the largest difference of all outputs counts, and what is no number is infinitely far', () => {
  expect(maxAbsError([[1, 2], [3]], [[1, 2.5], [2]])).toBe(1);
  expect(maxAbsError([[1]], [[1]])).toBe(0);
  expect(maxAbsError([[Number.NaN]], [[1]])).toBe(Number.POSITIVE_INFINITY);
  expect(() => maxAbsError([[1, 2, 3]], [[1, 2]])).toThrow(
    'output: expected 2 numbers, as the reference has, found 3',
  );
  expect(() => maxAbsError([[1]], [[1], [2]])).toThrow('expected 1, 1 numbers');
});
