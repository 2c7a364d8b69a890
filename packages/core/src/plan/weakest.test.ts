import { expect, test } from 'vitest';
import { weakest } from './weakest.ts';

test('takes the smallest scores, ties by position, and answers in ascending order', () => {
  expect(weakest([3, 1, 2, 1, 0], 3)).toEqual([1, 3, 4]);
  expect(weakest([0, 0, 0, 0], 2)).toEqual([0, 1]);
  expect(weakest([5, 4], 0)).toEqual([]);
});
