import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
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
import { buildModel } from '../models/models.ts';
import { failureOf } from '../testing/failureOf.ts';
import { tempFolder } from '../testing/tempFolder.ts';
import { loadModel } from './loadModel.ts';
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

function predict(model: tfl.LayersModel): Float32Array {
  return tf.tidy(() => {
    const images = tf.tensor4d(
      Float32Array.from({ length: 128 }, (_, i) => Math.sin(i)),
      [2, 8, 8, 1],
    );
    return (model.predict(images) as tf.Tensor).dataSync<'float32'>().slice();
  });
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
  const { model: loaded, card: read } = await loadModel(folder);
  disposeLater(loaded);
  expect(predict(loaded)).toEqual(predict(model));
  expect(predict(loaded)).not.toEqual(old);
  expect(read?.labels).toEqual(['upper', 'lower']);
  expect(readdirSync(parent)).toEqual(['dense']);
  expect(readdirSync(folder).sort()).toEqual(['model.json', 'weights.bin']);
});

test('a shard of another length, a missing one and a model.json that is no model are refused by name', async () => {
  const folder = join(tempFolder(onTestFinished), 'dense');
  await saveModel(build(), folder, card);
  const shard = join(folder, 'weights.bin');
  truncateSync(shard, 100);
  expect(await failureOf(() => loadModel(folder))).toMatchObject({
    code: 'shard-hash',
    failure: { where: shard, found: expect.stringContaining('(100 bytes)') as string },
  });
  const file = join(folder, 'model.json');
  // Without a card there is no hash to compare.
  const json = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  writeFileSync(file, JSON.stringify({ ...json, userDefinedMetadata: {} }));
  expect((await failureOf(() => loadModel(file))).code).toBe('model-broken');
  writeFileSync(file, JSON.stringify({ ...json, weightsManifest: [{ paths: ['gone.bin'], weights: [] }] }));
  expect((await failureOf(() => loadModel(file))).failure.where).toBe(join(folder, 'gone.bin'));
  for (const text of ['{', 'null', '{"format":"graph-model","modelTopology":{},"weightsManifest":[]}']) {
    writeFileSync(file, text);
    expect(await failureOf(() => loadModel(file))).toMatchObject({
      code: 'model-json',
      failure: { where: file },
    });
  }
  expect((await failureOf(() => loadModel(join(folder, 'nowhere')))).message).toBe(
    `${join(folder, 'nowhere')}: expected a model.json, or the folder of one, found no such file. Check the path`,
  );
});

test('a folder that cannot be written is told', async () => {
  const file = join(tempFolder(onTestFinished), 'file');
  writeFileSync(file, '');
  const failure = await failureOf(() => saveModel(build(), join(file, 'dense'), card));
  expect(failure.code).toBe('folder-unwritable');
});
