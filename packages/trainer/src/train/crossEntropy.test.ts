import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { chooseBackend } from '../backend/chooseBackend.ts';
import { crossEntropy, scoreLogits } from './crossEntropy.ts';

beforeAll(async () => {
  await chooseBackend('cpu');
});

const logits = [
  [2, -1, 0.5],
  [0, 0, 3],
];
const labels = [0, 1];

function softmax(row: readonly number[]): number[] {
  const sum = row.reduce((total, value) => total + Math.exp(value), 0);
  return row.map((value) => Math.exp(value) / sum);
}

const meanLoss =
  logits.reduce((sum, row, i) => sum - Math.log(softmax(row)[labels[i] as number] as number), 0) / 2;

test('value and gradient are those of the definition', () => {
  const x = tf.tensor2d(logits);
  const truth = tf.tensor2d([
    [1, 0, 0],
    [0, 1, 0],
  ]);
  const found = tf.valueAndGrad((scores) => crossEntropy(scores as tf.Tensor2D, truth))(x);
  const value = found.value.dataSync()[0] as number;
  const gradient = [...found.grad.dataSync()];
  tf.dispose([x, truth, found.value, found.grad]);
  expect(value).toBeCloseTo(meanLoss, 6);
  const expected = logits.flatMap((row, i) =>
    softmax(row).map((p, c) => (p - (c === labels[i] ? 1 : 0)) / 2),
  );
  gradient.forEach((entry, i) => {
    expect(entry).toBeCloseTo(expected[i] as number, 6);
  });
});

test('scores are the sum of losses and the number of right answers', () => {
  const scores = scoreLogits(Float32Array.from(logits.flat()), Int32Array.from(labels));
  expect(scores.lossSum).toBeCloseTo(2 * meanLoss, 12);
  expect(scores.right).toBe(1);
});

test('large logits do not overflow, and the first of equal ones is the answer', () => {
  const scores = scoreLogits(Float32Array.from([500, 500, 0, 1000]), Int32Array.from([1, 1]));
  expect(scores.lossSum).toBeCloseTo(Math.log(2), 12);
  expect(scores.right).toBe(1);
});
