import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type EpochEvent, parseEvents, type RunEvent, type RunSettings } from '@asfp/core';
import * as tf from '@tensorflow/tfjs-core';
import { expect, onTestFinished, test } from 'vitest';
import { evaluateModel } from './evaluateModel.ts';
import { failureOf } from './testing/failureOf.ts';
import { tempFolder } from './testing/tempFolder.ts';
import { writeTinyIdx } from './testing/tinyIdx.ts';
import { writePictures } from './testing/writePictures.ts';
import type { TrainOptions } from './train/settings.ts';
import { type RunControl, train } from './train.ts';

async function tinyOptions(): Promise<TrainOptions> {
  const data = join(tempFolder(onTestFinished), 'data');
  await writeTinyIdx(data, { train: 48, test: 30 });
  return {
    dataset: 'mnist',
    data,
    model: 'resnet8',
    epochs: 4,
    batchSize: 16,
    rate: 0.4,
    augmentation: 'crop-flip',
    backend: 'wasm',
  };
}

/** Runs to the end; aborts at a step of an epoch where one is given. */
async function runAll(
  options: TrainOptions,
  control: Omit<RunControl, 'signal' | 'onEvent'>,
  abortAt?: { epoch: number; step: number },
): Promise<RunEvent[]> {
  const controller = new AbortController();
  const events: RunEvent[] = [];
  const end = await train(options, {
    ...control,
    signal: controller.signal,
    onEvent: (event) => {
      if (event.type !== 'step') events.push(event);
      else if (event.epoch === abortAt?.epoch && event.step === abortAt.step) controller.abort();
    },
  });
  expect(end).toBe(events.at(-1));
  return events;
}

/** The epochs without what a clock says. */
function epochsOf(events: readonly RunEvent[]): Omit<EpochEvent, 'seconds' | 'imagesPerSecond'>[] {
  return events
    .filter((event) => event.type === 'epoch')
    .map(({ seconds: _seconds, imagesPerSecond: _rate, ...rest }) => rest);
}

const readEvents = (out: string): RunEvent[] => parseEvents(readFileSync(join(out, 'events.jsonl'), 'utf8'));

test.each([
  {},
  { criterion: 'taylor', coupling: 'grouped', harden: 0.5, schedule: 'linear', startRate: 0.1 },
  {
    criterion: 'random',
    batchNorm: 'masked',
    harden: 0.25,
    schedule: 'cubic',
    exclude: ['stem_conv'],
    recalibrate: 32,
  },
] as const)(
  'a run with %o that is interrupted and resumed ends in the bytes of one that is not',
  async (changes) => {
    const options = { ...(await tinyOptions()), ...changes };
    const [whole, halved] = [
      join(tempFolder(onTestFinished), 'whole'),
      join(tempFolder(onTestFinished), 'halved'),
    ];
    const events = await runAll(options, { out: whole });
    const failure = await failureOf(() => runAll(options, { out: halved }, { epoch: 3, step: 2 }));
    expect(failure.message).toBe(
      `${halved}: expected the training to end, found it was interrupted. Run it again with --resume to go on from the last whole epoch`,
    );
    expect(readdirSync(halved).sort()).toEqual(['checkpoint', 'events.jsonl', 'settings.json']);
    expect(epochsOf(readEvents(halved)).map(({ epoch }) => epoch)).toEqual([1, 2]);
    // Options that are left out are the run's own.
    const resumed = await runAll({}, { out: halved, resume: true });
    expect(resumed[0]).toMatchObject({ type: 'start', firstEpoch: 3 });
    for (const file of ['dense/weights.bin', 'checkpoint/epoch-4.bin']) {
      const same = readFileSync(join(halved, file)).equals(readFileSync(join(whole, file)));
      expect({ file, same }).toEqual({ file, same: true });
    }
    expect(epochsOf(readEvents(halved))).toEqual(epochsOf(events));
    expect(events.at(-1)).toMatchObject({ type: 'end', testImages: 30 });
    const ends = [resumed, events].map((list) => ({ ...list.at(-1), seconds: 0 }));
    expect(ends[0]).toEqual(ends[1]);
  },
);

test('runs that begin at once, in one new folder, end as they would alone', async () => {
  const options = { ...(await tinyOptions()), epochs: 1 };
  const parent = join(tempFolder(onTestFinished), 'new');
  const begin = (out: string, seed: number): Promise<unknown> =>
    train({ ...options, seed }, { out: join(parent, out) });
  await Promise.all([1, 2, 3].map((seed) => begin(`together-${seed}`, seed)));
  const weights = (out: string): Buffer => readFileSync(join(parent, out, 'dense/weights.bin'));
  for (const seed of [1, 2, 3]) {
    await begin(`alone-${seed}`, seed);
    expect(weights(`together-${seed}`).equals(weights(`alone-${seed}`))).toBe(true);
  }
});

test('the run folder holds settings, events, checkpoint and the model that the last event speaks of', async () => {
  const options = { ...(await tinyOptions()), epochs: 2, evalLimit: 20 };
  const out = join(tempFolder(onTestFinished), 'run');
  const tensorsBefore = tf.memory().numTensors;
  const events = await runAll(options, { out });
  expect(tf.memory().numTensors).toBe(tensorsBefore);
  expect(events.map(({ type }) => type)).toEqual(['start', 'epoch', 'epoch', 'end']);
  expect(readEvents(out)).toEqual(events);
  expect(readdirSync(out).sort()).toEqual(['checkpoint', 'dense', 'events.jsonl', 'settings.json']);
  const settings = JSON.parse(readFileSync(join(out, 'settings.json'), 'utf8')) as RunSettings;
  expect(settings).toMatchObject({ ...options, clipRatio: 0.1, milestones: [1] });
  expect(events[1]).toMatchObject({ evalImages: 20, totalFilters: 240 });
  const end = events.at(-1) as Extract<RunEvent, { type: 'end' }>;
  const { data } = options;
  const found = await evaluateModel({ model: join(out, 'dense'), dataset: 'mnist', data, backend: 'wasm' });
  expect(found).toEqual({ accuracy: end.accuracy, loss: end.loss, count: 30 });
});

test('another setting on resuming is refused by its name, and a run that ended is not trained again', async () => {
  const options = { ...(await tinyOptions()), epochs: 1 };
  const out = join(tempFolder(onTestFinished), 'run');
  const events = await runAll(options, { out });
  const resume = true;
  for (const [changed, message] of [
    [{ rate: 0.3 }, `rate of the run in ${out}: expected 0.4, as it began, found 0.3`],
    [{ seed: 2 }, `seed of the run in ${out}: expected 1, as it began, found 2`],
    [{ preset: 'asfp-cifar10' }, `clipRatio of the run in ${out}: expected 0.1, as it began, found null`],
    [{ clipRatio: 0 }, `clipRatio of the run in ${out}: expected 0.1, as it began, found null`],
  ] as const) {
    const failure = await failureOf(() => runAll({ ...options, ...changed }, { out, resume }));
    expect(failure.message).toBe(
      `${message}. Leave the option out to go on, or begin anew in another folder`,
    );
  }
  expect((await failureOf(() => runAll(options, { out }))).code).toBe('folder-used');
  const again = await runAll({ ...options, backend: 'auto' }, { out, resume });
  expect(again.map(({ type }) => type)).toEqual(['start', 'end']);
  expect({ ...again.at(-1), seconds: 0 }).toEqual({ ...events.at(-1), seconds: 0 });
});

test('nothing is written where options, data or folder are wrong', async () => {
  const options = await tinyOptions();
  const out = join(tempFolder(onTestFinished), 'run');
  for (const [changed, code] of [
    [{ rate: 1 }, 'rate-range'],
    [{ model: 'vgg' }, 'model-unknown'],
    [{ data: '/nowhere/at/all' }, 'folder-missing'],
    [{ backend: 'tpu' }, 'backend-unknown'],
  ] as const) {
    expect((await failureOf(() => runAll({ ...options, ...changed }, { out }))).code).toBe(code);
    expect(existsSync(out)).toBe(false);
  }
  const file = join(tempFolder(onTestFinished), 'file');
  writeFileSync(file, '');
  expect((await failureOf(() => runAll(options, { out: join(file, 'run') }))).code).toBe('folder-unwritable');
});

test('a model is evaluated only on images of its shape', async () => {
  const options = { ...(await tinyOptions()), epochs: 1 };
  const out = join(tempFolder(onTestFinished), 'run');
  await runAll(options, { out });
  const failure = await failureOf(() =>
    evaluateModel({ model: join(out, 'dense'), dataset: 'synthetic', backend: 'wasm' }),
  );
  expect(failure.message).toBe(
    `${join(out, 'dense', 'model.json')}: expected images of 32×32×3, as synthetic has, found 8×8×1. Evaluate it on the data set that it was trained on`,
  );
});

test('a trained network goes on, at a tenth of the rate; interrupted, to the same bytes', async () => {
  const options = { ...(await tinyOptions()), epochs: 1, rate: 0 };
  const first = join(tempFolder(onTestFinished), 'first');
  const [start] = await runAll(options, { out: first });
  const { model: _, ...rest } = options;
  const again: TrainOptions = {
    ...rest,
    from: join(first, 'dense'),
    epochs: 4,
    targetMacs: 0.6,
    rate: undefined,
  };
  const [whole, halved] = ['whole', 'halved'].map((name) => join(tempFolder(onTestFinished), name)) as [
    string,
    string,
  ];
  const events = await runAll(again, { out: whole });
  expect(events[0]).toEqual({ ...start, datasetWhy: expect.any(String) });
  const settings = JSON.parse(readFileSync(join(whole, 'settings.json'), 'utf8')) as RunSettings;
  expect(settings).toMatchObject({
    model: 'resnet8',
    from: join(first, 'dense', 'model.json'),
    learningRate: 0.01,
    targetMacs: 0.6,
  });
  expect(settings.rate).toBeGreaterThan(0.2);
  const failure = await failureOf(() => runAll(again, { out: halved }, { epoch: 3, step: 2 }));
  expect(failure.code).toBe('interrupted');
  await runAll({}, { out: halved, resume: true });
  for (const file of ['dense/weights.bin', 'checkpoint/epoch-4.bin', 'settings.json']) {
    const same = readFileSync(join(halved, file)).equals(readFileSync(join(whole, file)));
    expect({ file, same }).toEqual({ file, same: true });
  }
});

test('larger pictures are trained on from disk: interrupted and resumed, to the same bytes', async () => {
  const data = tempFolder(onTestFinished);
  await writePictures(data, { train: 12, test: 4 });
  const options: TrainOptions = {
    dataset: 'folder',
    data,
    imageSize: 16,
    model: 'resnet8',
    epochs: 3,
    batchSize: 8,
    augmentation: 'resized-crop',
    backend: 'wasm',
  };
  const [whole, halved] = ['whole', 'halved'].map((name) => join(tempFolder(onTestFinished), name)) as [
    string,
    string,
  ];
  const events = await runAll(options, { out: whole });
  expect(events[0]).toMatchObject({ trainImages: 24, testImages: 8 });
  expect((await failureOf(() => runAll(options, { out: halved }, { epoch: 2, step: 2 }))).code).toBe(
    'interrupted',
  );
  await runAll({}, { out: halved, resume: true });
  for (const file of ['dense/weights.bin', 'checkpoint/epoch-3.bin']) {
    const same = readFileSync(join(halved, file)).equals(readFileSync(join(whole, file)));
    expect({ file, same }).toEqual({ file, same: true });
  }
  // A picture that breaks in the middle stops the run with its name; whole again, the run goes on.
  const stopped = join(tempFolder(onTestFinished), 'stopped');
  const picture = join(data, 'train/dark/3.jpg');
  const bytes = readFileSync(picture);
  const onEvent: RunControl['onEvent'] = (event) => {
    if (event.type === 'epoch') writeFileSync(picture, bytes.subarray(0, 200));
  };
  const broken = await failureOf(() => train(options, { out: stopped, onEvent }));
  expect(broken).toMatchObject({ code: 'image-broken', failure: { where: picture } });
  expect(readdirSync(join(stopped, 'checkpoint')).sort()).toEqual(['checkpoint.json', 'epoch-1.bin']);
  writeFileSync(picture, bytes);
  await train(options, { out: stopped, resume: true });
  expect(
    readFileSync(join(stopped, 'dense/weights.bin')).equals(readFileSync(join(whole, 'dense/weights.bin'))),
  ).toBe(true);
  const card = await evaluateModel({ model: join(whole, 'dense'), dataset: 'folder', data, backend: 'wasm' });
  const { accuracy, loss } = events.at(-1) as Extract<RunEvent, { type: 'end' }>;
  expect(card).toEqual({ accuracy, loss, count: 8 });
});

test('weights that one step made infinite end the run before they become a checkpoint', async () => {
  const options = { ...(await tinyOptions()), batchSize: 48, learningRate: 1e39, clipRatio: 0, rate: 0 };
  const out = join(tempFolder(onTestFinished), 'run');
  const failure = await failureOf(() => runAll(options, { out }));
  expect(failure.code).toBe('weights-not-finite');
  expect(failure.message).toMatch(
    /after epoch 1: expected finite numbers, found -?(Infinity|NaN)\. Lower the learning rate; the epochs before are intact$/,
  );
  expect(readdirSync(out).sort()).toEqual(['events.jsonl', 'settings.json']);
});
