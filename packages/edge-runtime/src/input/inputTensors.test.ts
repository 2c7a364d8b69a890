// Knows which numbers fit which inputs.
import { AsfpError, float32Tensor } from '@asfp/core';
import { expect, test } from 'vitest';
import type { TensorSpec } from '../engines/engine.ts';
import { type InputValues, inputTensors } from './inputTensors.ts';

const spec = (name: string, shape: (number | null)[] | null, dtype = 'float32'): TensorSpec => ({
  name,
  node: name,
  dtype,
  shape,
});
const image = spec('x', [null, 2, 2, 1]);

function refusal(specs: readonly TensorSpec[], input: InputValues, batch = 1): string {
  try {
    inputTensors(specs, input, batch, 'm');
  } catch (error) {
    if (error instanceof AsfpError) return error.message;
    throw error;
  }
  return 'accepted';
}

test('an array fills the only input, batch first', () => {
  const values = Float32Array.from({ length: 8 }, (_, i) => i);
  expect(inputTensors([image], values, 2, 'm')).toEqual([{ dtype: 'float32', shape: [2, 2, 2, 1], values }]);
});

test('inputs by name, in the model’s order, in the model’s type', () => {
  const tensors = inputTensors(
    [spec('ids', [null, 2], 'int32'), image],
    { x: new Float32Array(4), ids: Float32Array.of(3, 4) },
    1,
    'm',
  );
  expect(tensors.map(({ dtype, shape }) => [dtype, shape])).toEqual([
    ['int32', [1, 2]],
    ['float32', [1, 2, 2, 1]],
  ]);
  expect(tensors[0]?.values).toEqual(Int32Array.of(3, 4));
});

test('a tensor brings the shape that the file leaves open', () => {
  const tensor = float32Tensor([1, 3, 5, 1], new Float32Array(15));
  expect(inputTensors([spec('x', [null, null, null, 1])], tensor, 1, 'm')).toEqual([tensor]);
  expect(refusal([spec('x', [null, null, null, 3])], tensor)).toBe(
    'm, input x: expected a tensor of [?, ?, ?, 3], found [1, 3, 5, 1] with 15 numbers',
  );
});

test.each<[readonly TensorSpec[], InputValues, number, string]>([
  [[image], new Float32Array(7), 1, 'm, input x: expected 4 numbers for [1, 2, 2, 1], found 7'],
  [[image], new Float32Array(4), 0, 'm, batch: expected a whole number, 1 or more, found 0'],
  [[image], { y: new Float32Array(4) }, 1, 'm, input: expected x, found y'],
  [[image], {}, 1, 'm, input x: expected values, found none'],
  [
    [image, spec('z', [null, 1])],
    new Float32Array(4),
    1,
    'm, input: expected values by name: x, z, found one array',
  ],
  [
    [spec('x', [1, 4])],
    new Float32Array(8),
    2,
    'm, input x: expected a batch of 1, which the file fixes, found batch 2',
  ],
  [
    [spec('x', [null, null, 3])],
    new Float32Array(9),
    1,
    'm, input x: expected a tensor with its shape, since the file says [?, ?, 3], found bare numbers',
  ],
])('what does not fit is said: case %#', (specs, input, batch, message) => {
  expect(refusal(specs, input, batch)).toBe(message);
});
