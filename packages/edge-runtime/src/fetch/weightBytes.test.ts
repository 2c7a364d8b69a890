// Knows the stored size of weights, by hand.
import { expect, test } from 'vitest';
import { weightBytes } from './weightBytes.ts';

test.each([
  [{ name: 'a', shape: [3, 3, 2, 5], dtype: 'float32' }, 360],
  [{ name: 'a', shape: [], dtype: 'int32' }, 4],
  [{ name: 'a', shape: [7], dtype: 'bool' }, 7],
  [{ name: 'a', shape: [0, 9], dtype: 'float32' }, 0],
  [{ name: 'a', shape: [2], dtype: 'complex64' }, 16],
  [{ name: 'a', shape: [5], dtype: 'float32', quantization: { dtype: 'uint8' } }, 5],
  [{ name: 'a', shape: [5], dtype: 'float32', quantization: { dtype: 'float16' } }, 10],
  [{ name: 'a', shape: [5], dtype: 'string' }, undefined],
  [{ name: 'a', shape: [5], dtype: 'toString' }, undefined],
])('%j', (spec, expected) => {
  expect(weightBytes(spec)).toBe(expected);
});
