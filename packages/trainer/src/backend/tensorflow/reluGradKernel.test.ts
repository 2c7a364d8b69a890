import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { onBothBackends } from '../testing/onBothBackends.ts';
import { tensorflowPlayers } from '../testing/onTensorflow.ts';

/** The gradients of ReLU and ReLU6 at numbers on each side of their bends, and on the lower one. */
function gradients(): tf.Tensor[] {
  const x = tf.tensor1d([-2, -1e-30, 0, 1e-30, 3, 5.999, 6.001, 9]);
  const dy = tf.tensor1d([1, 2, 3, 4, 5, 6, 7, 8]);
  return [tf.grad((each) => tf.relu(each))(x, dy), tf.grad((each) => tf.relu6(each))(x, dy)];
}

test.each(tensorflowPlayers())('on $name', async (player) => {
  const { cpu } = await onBothBackends(gradients);
  expect(cpu.map((values) => [...values])).toEqual([
    [0, 0, 0, 4, 5, 6, 7, 8],
    [0, 0, 0, 4, 5, 6, 0, 0],
  ]);
  const { values, ran } = await player.run(gradients);
  expect(values).toEqual(cpu);
  expect(ran).toEqual(['ReluGrad', 'Relu6Grad']);
});
