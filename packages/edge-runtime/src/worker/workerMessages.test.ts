// Knows what arrives of errors and numbers that cross between a page and a worker.
import { AsfpError, float32Tensor } from '@asfp/core';
import { expect, test } from 'vitest';
import { ownTensors, receivedError, sentError } from './workerMessages.ts';

test('an error keeps its code and its text', () => {
  const error = new AsfpError({ code: 'a-code', where: 'w', expected: 'x', found: 'y', cure: 'Do z' });
  const arrived = receivedError(structuredClone(sentError(error)));
  expect(arrived).toBeInstanceOf(AsfpError);
  expect(arrived).toMatchObject({ code: 'a-code', message: error.message });
  expect(receivedError(structuredClone(sentError(new Error('plain')))).message).toBe('plain');
});

test('numbers are copied unless they are handed over, and a part never takes the whole with it', () => {
  const all = Float32Array.of(1, 2, 3, 4);
  const tensor = float32Tensor([4], all);
  const copied = ownTensors([tensor], false);
  structuredClone(copied.tensors, { transfer: copied.memory });
  expect([...all]).toEqual([1, 2, 3, 4]);
  const part = ownTensors([{ dtype: 'float32', shape: [2], values: all.subarray(1, 3) }], true);
  expect(structuredClone(part.tensors, { transfer: part.memory })[0]?.values).toEqual(Float32Array.of(2, 3));
  expect([...all]).toEqual([1, 2, 3, 4]);
  // The same numbers twice are one piece of memory.
  const handed = ownTensors([tensor, tensor], true);
  const [first, second] = structuredClone(handed.tensors, { transfer: handed.memory });
  expect([first?.values, second?.values]).toEqual([Float32Array.of(1, 2, 3, 4), Float32Array.of(1, 2, 3, 4)]);
  expect(tensor.values.length).toBe(0);
});
