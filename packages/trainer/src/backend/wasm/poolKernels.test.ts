import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { largestError, noise, onBothBackends } from '../testing/onBothBackends.ts';

test.each([
  { size: 1, strides: 2, pad: 'valid' },
  { size: 2, strides: 2, pad: 'valid' },
  { size: 3, strides: 1, pad: 'same' },
  { size: 3, strides: 2, pad: 'same' },
] as const)('gradients of pooling: $size, $strides, $pad', async ({ size, strides, pad }) => {
  const { wasm, cpu, ran } = await onBothBackends(() =>
    [5, 8].flatMap((channels) => {
      // Rounded, so that windows have several largest places.
      const x = tf.round(tf.mul(noise([3, 9, 8, channels], 1), 3)) as tf.Tensor4D;
      const dy = noise(tf.avgPool(x, size, strides, pad).shape, 2);
      return [
        tf.grad((p) => tf.avgPool(p as tf.Tensor4D, size, strides, pad))(x, dy),
        tf.grad((p) => tf.maxPool(p as tf.Tensor4D, size, strides, pad))(x, dy),
      ];
    }),
  );
  expect(ran).toEqual(['averagePoolGrad', 'maxPoolGrad', 'averagePoolGrad', 'maxPoolGrad']);
  // A sum of at most nine numbers.
  for (const [i, values] of cpu.entries()) {
    expect(largestError(wasm[i] as Float32Array, values)).toBeLessThan(1e-6);
  }
});
