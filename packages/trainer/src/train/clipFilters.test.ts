import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { chooseBackend } from '../backend/chooseBackend.ts';
import { clipFilters } from './clipFilters.ts';

beforeAll(async () => {
  await chooseBackend('cpu');
});

function variable(name: string, values: number[], shape: number[]): { name: string; variable: tf.Variable } {
  const made = tf.tidy(() => tf.variable(tf.tensor(values, shape)));
  onTestFinished(() => {
    made.dispose();
  });
  return { name, variable: made };
}

test('each filter is shortened on its own, and only where its gradient is too long', () => {
  // Filters [3, 4], [0, 0], [1, 0] on the last axis.
  const kernel = variable('conv/kernel', [3, 0, 1, 4, 0, 0], [1, 1, 2, 3]);
  const gradient = [30, 3, 0, 40, 4, 0.05];
  const clipped = tf.tidy(() => {
    const gradients = { [kernel.variable.name]: tf.tensor4d(gradient, [1, 1, 2, 3]) };
    return [...(clipFilters(gradients, [kernel], 0.1)[kernel.variable.name] as tf.Tensor).dataSync()];
  });
  // 50 → 0.1 · 5; 5 → 0.1 · 0.001, for a zeroed filter; 0.05 is within 0.1 · 1.
  const expected = [0.3, 6e-5, 0, 0.4, 8e-5, 0.05];
  clipped.forEach((value, i) => {
    expect(Math.abs(value - (expected[i] as number))).toBeLessThan(1e-6 * 0.5);
  });
});

test('zero gradients stay zero, and other variables keep their gradients', () => {
  const kernel = variable('conv/kernel', [1, 2], [1, 1, 1, 2]);
  const dense = variable('dense/kernel', [1, 2], [1, 2]);
  tf.tidy(() => {
    const gradients = {
      [kernel.variable.name]: tf.zeros([1, 1, 1, 2]),
      [dense.variable.name]: tf.tensor2d([100, 100], [1, 2]),
    };
    const clipped = clipFilters(gradients, [kernel, dense], 0.1);
    expect([...(clipped[kernel.variable.name] as tf.Tensor).dataSync()]).toEqual([0, 0]);
    expect(clipped[dense.variable.name]).toBe(gradients[dense.variable.name]);
  });
});
