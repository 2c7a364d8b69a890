import { rngFromSeed } from '@asfp/core';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { chooseBackend } from '../backend/chooseBackend.ts';
import { buildModel } from '../models/models.ts';
import { tinyDataset } from '../testing/tinyDataset.ts';
import { evaluate } from './evaluate.ts';

beforeAll(async () => {
  await chooseBackend('wasm');
});

test('accuracy and loss are those of the images one by one, and nothing is left behind', async () => {
  const dataset = tinyDataset(10, 11);
  const model = buildModel('resnet8', { height: 8, width: 8, channels: 1, classes: 2 }, rngFromSeed(1));
  onTestFinished(() => {
    model.dispose();
  });
  let [right, loss] = [0, 0];
  for (let i = 0; i < 11; i++) {
    const pixels = [...dataset.test.pixels.subarray(64 * i, 64 * (i + 1))];
    const normal = pixels.map(
      (p) => (p / 255 - (dataset.mean[0] as number)) / (dataset.deviation[0] as number),
    );
    const logits = tf.tidy(() => [
      ...(model.predict(tf.tensor4d(normal, [1, 8, 8, 1])) as tf.Tensor).dataSync(),
    ]);
    const label = dataset.test.labels[i] as number;
    const [mine, other] = [logits[label] as number, logits[1 - label] as number];
    if (mine > other) right++;
    loss += Math.log(1 + Math.exp(other - mine));
  }
  const before = tf.memory().numTensors;
  const found = await evaluate(model, dataset, dataset.test);
  expect(tf.memory().numTensors).toBe(before);
  expect(found).toMatchObject({ accuracy: right / 11, count: 11 });
  expect(found.loss).toBeCloseTo(loss / 11, 5);
  expect((await evaluate(model, dataset, dataset.test, { limit: 4 })).count).toBe(4);
});
