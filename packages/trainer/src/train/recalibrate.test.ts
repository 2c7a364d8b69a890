import { rngFromSeed } from '@asfp/core';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { chooseBackend } from '../backend/chooseBackend.ts';
import { modelVariables, readVariables } from '../bridge/modelWeights.ts';
import { evalBatches } from '../data/batches.ts';
import { buildModel } from '../models/models.ts';
import { tinyDataset } from '../testing/tinyDataset.ts';
import { recalibrate } from './recalibrate.ts';

beforeAll(async () => {
  await chooseBackend('cpu');
});

test('averages move by the batches’ means, a tenth each time, and nothing else moves', async () => {
  const dataset = tinyDataset(24, 2);
  const model = buildModel('resnet8', { height: 8, width: 8, channels: 1, classes: 2 }, rngFromSeed(1));
  onTestFinished(() => {
    model.dispose();
  });
  const probe = tfl.model({ inputs: model.inputs, outputs: model.getLayer('stem_conv').output });
  let expected = new Float64Array(16);
  // The first 16 images: two batches of 8.
  for await (const batch of evalBatches(dataset, dataset.train, { batchSize: 8, limit: 16 })) {
    const means = tf.tidy(() =>
      tf
        .mean(probe.predict(tf.tensor4d(batch.images, [batch.count, 8, 8, 1])) as tf.Tensor, [0, 1, 2])
        .dataSync(),
    );
    expected = expected.map((value, c) => 0.9 * value + 0.1 * (means[c] as number));
  }
  const before = await readVariables(modelVariables(model));
  const tensors = tf.memory().numTensors;
  await recalibrate(model, dataset, dataset.train, { images: 0, batchSize: 8 });
  expect(await readVariables(modelVariables(model))).toEqual(before);
  await recalibrate(model, dataset, dataset.train, { images: 16, batchSize: 8 });
  expect(tf.memory().numTensors).toBe(tensors);
  const after = await readVariables(modelVariables(model));
  const changed = [...after].filter(
    ([name, { values }]) => !values.every((value, i) => value === before.get(name)?.values[i]),
  );
  expect(changed).toHaveLength(7 * 2);
  for (const [name] of changed) expect(name).toMatch(/moving_(mean|variance)$/);
  // Means of 512 values below 8, in float32.
  after.get('stem_bn/moving_mean')?.values.forEach((value, c) => {
    expect(Math.abs(value - (expected[c] as number))).toBeLessThan(512 * 8 * 2 ** -24);
  });
});
