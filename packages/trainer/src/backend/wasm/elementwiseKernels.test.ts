import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { noise, noiseValues, onBothBackends } from '../testing/onBothBackends.ts';

/** Numbers up to 8, so that ReLU6 has something to cut; a zero, and both infinities. */
function edges(size: number): tf.Tensor1D {
  const values = noiseValues(size, 1).map((value) => value * 8);
  values.set([0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 6]);
  return tf.tensor1d(values);
}

// One chunk, several, and lengths that are no whole vectors: each kernel gives exactly the cpu's numbers.
test.each([[7], [16384], [40003]])('ReLU, ReLU6, their gradients and sums of %i numbers', async (size) => {
  const { wasm, cpu, ran } = await onBothBackends(() => {
    const x = edges(size);
    const dy = noise([size], 2);
    return [
      tf.relu(x),
      tf.relu6(x),
      tf.grad((p) => tf.relu(p))(x, dy),
      tf.grad((p) => tf.relu6(p))(x, dy),
      tf.add(x, dy),
    ];
  });
  expect(ran).toEqual(['relu', 'relu', 'relu', 'reluGrad', 'relu', 'reluGrad', 'add']);
  for (const [i, values] of cpu.entries()) expect(bits(wasm[i]).equals(bits(values))).toBe(true);
});

/** The bits, for a comparison that is quick and knows infinities; -0 and 0 are the same. */
function bits(values: Float32Array | undefined): Buffer {
  return Buffer.from(Float32Array.from(values ?? [], (value) => value + 0).buffer);
}

test('what is not a number stays so', async () => {
  const { wasm, ran } = await onBothBackends(() => [tf.relu(tf.tensor1d([Number.NaN, 1, 2, 3, Number.NaN]))]);
  expect(ran).toEqual(['relu']);
  expect([...(wasm[0] as Float32Array)]).toEqual([Number.NaN, 1, 2, 3, Number.NaN]);
});

test('sums that broadcast or are of integers stay with the backend', async () => {
  const { wasm, cpu, ran } = await onBothBackends(() => [
    tf.add(noise([3, 5], 1), noise([5], 2)),
    tf.add(tf.tensor1d([1, 2], 'int32'), tf.tensor1d([3, 4], 'int32')),
  ]);
  expect(ran).toEqual([]);
  expect(wasm).toEqual(cpu);
});
