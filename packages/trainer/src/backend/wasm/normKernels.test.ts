import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { largestError, noise, onBothBackends } from '../testing/onBothBackends.ts';

test.each([[16], [5], [68]])('inference with %i channels', async (channels) => {
  const { wasm, cpu, ran } = await onBothBackends(() => {
    const [mean, offset] = [noise([channels], 2), noise([channels], 4)];
    const [variance, scale] = [tf.add(noise([channels], 3), 1.1), tf.add(noise([channels], 5), 1)] as [
      tf.Tensor1D,
      tf.Tensor1D,
    ];
    return [tf.batchNorm(noise([3, 9, 8, channels], 1), mean, variance, offset, scale, 1e-3)];
  });
  expect(ran).toEqual(['normApply']);
  // A difference, a product and a sum.
  expect(largestError(wasm[0] as Float32Array, cpu[0] as Float32Array)).toBeLessThan(1e-6);
});

test('without scale and offset, or not by channels, the backend does it', async () => {
  const { wasm, cpu, ran } = await onBothBackends(() => {
    const whole = (seed: number): tf.Tensor4D => noise([2, 3, 3, 4], seed);
    return [
      tf.batchNorm(whole(1), noise([4], 2), tf.ones([4])),
      tf.batchNorm(whole(1), whole(2), tf.onesLike(whole(3)), whole(4), whole(5)),
    ];
  });
  expect(ran).toEqual([]);
  for (const i of [0, 1]) {
    expect(largestError(wasm[i] as Float32Array, cpu[i] as Float32Array)).toBeLessThan(1e-6);
  }
});
