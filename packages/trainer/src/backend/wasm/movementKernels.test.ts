import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { noise, onBothBackends } from '../testing/onBothBackends.ts';

test('slices of every rank', async () => {
  const { wasm, cpu } = await onBothBackends(() => [
    tf.slice(noise([9], 1), 2, 5),
    tf.slice(noise([4, 6], 1), [1, 2], [3, 3]),
    tf.slice(noise([4, 5, 6], 1), [0, 1, 1], [4, 3, 5]),
    tf.slice(noise([3, 4, 5, 6], 1), [1, 0, 2, 1], [2, 4, 3, 4]),
    tf.slice(noise([3, 4, 5, 6], 1), [0, 1, 0, 0], [3, -1, 5, 6]),
    tf.slice(noise([2, 2, 2, 2, 3], 1), [0, 1, 0, 0, 1], [2, 1, 2, 1, 2]),
    tf.slice(tf.tensor1d([1, 2, 3], 'int32'), 1, 2),
  ]);
  expect(wasm).toEqual(cpu);
});

test('the gradient of the shortcut that halves and widens', async () => {
  const { wasm, cpu, ran } = await onBothBackends(() => {
    const widen = (x: tf.Tensor): tf.Tensor => {
      const turned = tf.transpose(tf.avgPool(x as tf.Tensor4D, 1, 2, 'valid'), [0, 1, 3, 2]);
      return tf.transpose(
        tf.pad(turned, [
          [0, 0],
          [0, 0],
          [0, 4],
          [0, 0],
        ]),
        [0, 1, 3, 2],
      );
    };
    return [tf.grad(widen)(noise([3, 6, 8, 4], 1), noise([3, 3, 4, 8], 2))];
  });
  expect(ran).toEqual(['averagePoolGrad']);
  expect(wasm).toEqual(cpu);
});

test('a clone outlives its original, and memory is given back', async () => {
  const { wasm, cpu } = await onBothBackends(() => {
    const x = noise([5], 1);
    const copies = [tf.clone(x), tf.cast(x, 'float32'), tf.cast(x, 'int32')];
    x.dispose();
    return copies;
  });
  expect(wasm).toEqual(cpu);
  const { numBytes, numDataBuffers } = tf.memory();
  tf.dispose(tf.tidy(() => tf.clone(tf.clone(noise([1000], 1)))));
  expect(tf.memory()).toMatchObject({ numBytes, numDataBuffers });
});
