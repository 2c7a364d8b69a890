import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type ModelCard, readModelCard, rngFromSeed } from '@asfp/core';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { chooseBackend } from '../backend/chooseBackend.ts';
import { useFusedBatchNorm } from '../backend/useFusedBatchNorm.ts';
import { modelVariables } from '../bridge/modelWeights.ts';
import { openPredictor } from '../bridge/predictor.ts';
import { buildModel } from '../models/models.ts';
import { failureOf } from '../testing/failureOf.ts';
import { tempFolder } from '../testing/tempFolder.ts';
import { readModelFiles } from './readModelFiles.ts';
import { saveModel } from './saveModel.ts';

beforeAll(async () => {
  await chooseBackend('cpu');
});

const card: ModelCard = {
  format: 'asfp.model-card/1',
  input: { height: 8, width: 8, channels: 1, mean: [0.25], deviation: [0.5] },
  labels: ['upper', 'lower'],
  provenance: { model: 'resnet8', accuracy: 0.5 },
};

function build(): tfl.LayersModel {
  const model = buildModel('resnet8', { height: 8, width: 8, channels: 1, classes: 2 }, rngFromSeed(1));
  useFusedBatchNorm(model);
  // Averages as after training, or a mistake in them would go unseen.
  for (const { name, variable } of modelVariables(model)) {
    if (!name.includes('_bn')) continue;
    const rng = rngFromSeed(4).fork(name);
    tf.tidy(() =>
      variable.assign(tf.tensor1d(Float32Array.from({ length: variable.size }, () => 0.5 + rng.next()))),
    );
  }
  disposeLater(model);
  return model;
}

function disposeLater(model: tfl.LayersModel): void {
  onTestFinished(() => {
    model.dispose();
  });
}

/** `[2, 8, 8, 1]` */
const images: Float32Array = Float32Array.from({ length: 128 }, (_, i) => Math.sin(i));

function predict(model: tfl.LayersModel): Float32Array {
  return tf.tidy(() =>
    (model.predict(tf.tensor4d(images, [2, 8, 8, 1])) as tf.Tensor).dataSync<'float32'>().slice(),
  );
}

async function serve(folder: string): Promise<string> {
  const server = createServer((request, response) => {
    response.end(readFileSync(join(folder, request.url ?? '')));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => {
      server.close(resolve);
    });
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/model.json`;
}

test('plain tfjs loads what was saved, and it gives the same bytes', async () => {
  const model = build();
  const folder = join(tempFolder(onTestFinished), 'dense');
  await saveModel(model, folder, card);
  const loaded = await tfl.loadLayersModel(await serve(folder));
  disposeLater(loaded);
  expect(predict(loaded)).toEqual(predict(model));
  const metadata = loaded.getUserDefinedMetadata() as Record<string, unknown>;
  const bytes = readFileSync(join(folder, 'weights.bin'));
  expect(readModelCard(metadata)).toEqual({
    ...card,
    shards: { 'weights.bin': createHash('sha256').update(bytes).digest('hex') },
  });
});

test('a model saved over another takes its place, and nothing else is left', async () => {
  const parent = tempFolder(onTestFinished);
  const folder = join(parent, 'dense');
  const model = build();
  await saveModel(model, folder, card);
  const old = predict(model);
  tf.tidy(() => {
    for (const { variable } of modelVariables(model)) variable.assign(tf.mul(variable, 0.5));
  });
  await saveModel(model, folder, card);
  const files = await readModelFiles(folder);
  const predictor = await openPredictor(files, folder);
  onTestFinished(predictor.dispose);
  const answers = await predictor.predict(images, 2);
  expect(answers).toEqual(predict(model));
  expect(answers).not.toEqual(old);
  expect(files.card?.labels).toEqual(['upper', 'lower']);
  expect(readdirSync(parent)).toEqual(['dense']);
  expect(readdirSync(folder).sort()).toEqual(['model.json', 'weights.bin']);
});

test('a folder that cannot be written is told', async () => {
  const file = join(tempFolder(onTestFinished), 'file');
  writeFileSync(file, '');
  const failure = await failureOf(() => saveModel(build(), join(file, 'dense'), card));
  expect(failure.code).toBe('folder-unwritable');
});
