import { expect, test } from 'vitest';
import { failureOf } from '../testing/failureOf.ts';
import { type Resolved, resolveSettings, type TrainOptions } from './settings.ts';

const resolved: Resolved = { dataset: 'fashion-mnist', data: null, backend: 'wasm' };

test('a long run has the paper’s settings', () => {
  expect(resolveSettings({ epochs: 200, model: 'resnet56' }, { ...resolved, dataset: 'cifar10' })).toEqual({
    format: 'asfp.run-settings/1',
    dataset: 'cifar10',
    data: null,
    imageSize: null,
    model: 'resnet56',
    from: null,
    epochs: 200,
    rate: 0.4,
    targetMacs: null,
    schedule: 'asymptotic',
    startRate: 0,
    bend: 1 / 8,
    criterion: 'l2',
    coupling: 'independent',
    harden: 0,
    batchNorm: 'left',
    exclude: [],
    layerRates: {},
    settle: 'fold',
    recalibrate: 0,
    batchSize: 128,
    learningRate: 0.1,
    milestones: [60, 120, 160],
    gamma: 0.2,
    warmupEpochs: 0,
    momentum: 0.9,
    weightDecay: 5e-4,
    clipRatio: null,
    augmentation: 'crop-flip',
    limit: null,
    evalLimit: null,
    seed: 1,
    backend: 'wasm',
  });
});

test('without options a run is short; what is set stands', () => {
  const short = resolveSettings({}, resolved);
  expect(short.limit).not.toBeNull();
  expect(short.epochs).toBeLessThan(60);
  const set: TrainOptions = {
    model: 'resnet20',
    epochs: 3,
    rate: 0,
    schedule: 'linear',
    bend: 0.25,
    criterion: 'fpgm',
    coupling: 'grouped',
    harden: 0.5,
    batchNorm: 'masked',
    exclude: ['stem_conv'],
    layerRates: { 'stage1_*': 0.1 },
    settle: 'keep',
    recalibrate: 500,
    batchSize: 7,
    learningRate: 0.5,
    augmentation: 'crop',
    clipRatio: 0.5,
    limit: 4000,
    evalLimit: 5,
    seed: 0,
  };
  expect(resolveSettings(set, resolved)).toMatchObject({ ...set, milestones: [1, 2] });
});

test('presets can be named, at any length', () => {
  expect(resolveSettings({ preset: 'sfp-cifar10', epochs: 20 }, resolved)).toMatchObject({
    epochs: 20,
    schedule: 'constant',
    milestones: [6, 12, 16],
    limit: null,
  });
  expect(resolveSettings({ preset: 'asfp-cifar10' }, resolved)).toMatchObject({
    epochs: 200,
    schedule: 'asymptotic',
  });
  expect(resolveSettings({ preset: 'quick', epochs: 100 }, resolved).limit).not.toBeNull();
});

test('ImageNet’s presets: ÷10 every 30 of 100 epochs, projections left alone unless all of a stream must agree', () => {
  const settings = resolveSettings({ preset: 'asfp-imagenet' }, resolved);
  expect(settings).toMatchObject({
    model: 'resnet50',
    epochs: 100,
    rate: 0.3,
    batchSize: 256,
    learningRate: 0.1,
    milestones: [30, 60, 90],
    gamma: 0.1,
    weightDecay: 1e-4,
    schedule: 'asymptotic',
    exclude: ['*_projection'],
  });
  expect(resolveSettings({ preset: 'sfp-imagenet', epochs: 10 }, resolved)).toMatchObject({
    schedule: 'constant',
    milestones: [3, 6, 9],
  });
  expect(resolveSettings({ preset: 'asfp-imagenet', coupling: 'grouped' }, resolved).exclude).toEqual([]);
});

test('a trained network begins with a tenth of the learning rate, unless it is told otherwise', () => {
  const trained = { file: '/models/a/model.json', model: 'a' };
  const from = (options: TrainOptions): unknown => resolveSettings(options, { ...resolved, trained });
  expect(from({ preset: 'asfp-cifar10' })).toMatchObject({
    model: 'a',
    from: '/models/a/model.json',
    learningRate: 0.01,
    epochs: 200,
    warmupEpochs: 0,
  });
  expect(from({ learningRate: 0.05 })).toMatchObject({ learningRate: 0.05 });
  expect(() => from({ model: 'resnet20' })).toThrow('--model: expected either --model or --from, found both');
});

test('a budget takes the place of a rate', () => {
  expect(resolveSettings({ targetMacs: 0.5 }, resolved)).toMatchObject({ targetMacs: 0.5 });
  expect(() => resolveSettings({ targetMacs: 0.5, rate: 0.3 }, resolved)).toThrow(
    '--target-macs: expected either --target-macs or --rate, found both',
  );
});

test('short runs take images as they are, longer ones vary them', () => {
  expect(resolveSettings({ epochs: 19 }, resolved).augmentation).toBe('none');
  expect(resolveSettings({ epochs: 20 }, resolved).augmentation).toBe('crop-flip');
});

test('digits are not mirrored, unless that is asked for', () => {
  const digits: Resolved = { ...resolved, dataset: 'mnist' };
  expect(resolveSettings({ epochs: 100 }, digits).augmentation).toBe('crop');
  expect(resolveSettings({ epochs: 100, augmentation: 'crop-flip' }, digits).augmentation).toBe('crop-flip');
});

test('the deepest network starts slowly, as in the paper', () => {
  expect(resolveSettings({ model: 'resnet110', epochs: 200 }, resolved).warmupEpochs).toBe(1);
  expect(resolveSettings({ model: 'resnet110', epochs: 1 }, resolved).warmupEpochs).toBe(0);
});

test.each([
  [
    { rate: 1 },
    '--rate: expected a share of filters in [0, 1), found 1. Give the share to prune, such as 0.4',
  ],
  [
    { rate: Number.NaN },
    '--rate: expected a share of filters in [0, 1), found NaN. Give the share to prune, such as 0.4',
  ],
  [{ epochs: 0 }, '--epochs: expected a whole number above 0, found 0'],
  [{ epochs: 2.5 }, '--epochs: expected a whole number above 0, found 2.5'],
  [{ limit: -1 }, '--limit: expected a whole number above 0, found -1'],
  [{ seed: -1 }, '--seed: expected a whole number from 0 to 4294967295, found -1'],
  [{ recalibrate: -1 }, '--recalibrate: expected a whole number from 0 on, found -1'],
  [{ clipRatio: -1 }, '--clip-ratio: expected a number above 0, found -1'],
  [{ learningRate: 0 }, '--learning-rate: expected a number above 0, found 0'],
  [
    { model: 'vgg' },
    '--model: expected one of resnet8, resnet20, resnet32, resnet56, resnet110, resnet18, resnet34, resnet50, resnet101, vgg16, mobilenet-v1, mobilenet-v2, found "vgg"',
  ],
  [
    { preset: 'paper' },
    '--preset: expected one of quick, asfp-cifar10, sfp-cifar10, asfp-imagenet, sfp-imagenet, found "paper"',
  ],
  [
    { schedule: 'square' as 'constant' },
    '--schedule: expected one of asymptotic, constant, linear, cubic, found "square"',
  ],
  [
    { criterion: 'l3' as 'l2' },
    '--criterion: expected one of l2, l1, fpgm, bn-scale, taylor, random, found "l3"',
  ],
  [{ bend: 0.9 }, '--bend: expected a share of the epochs above 0, up to 0.75, found 0.9'],
  [{ targetMacs: 0 }, '--target-macs: expected a share above 0, up to 1, found 0'],
  [{ harden: 1 }, '--harden: expected a share in [0, 1), found 1'],
  [{ coupling: 'loose' as 'grouped' }, '--coupling: expected one of independent, grouped, found "loose"'],
  [
    { layerRates: { a: 2 } },
    '--layer-rates, a: expected a share of filters in [0, 1), found 2. Give the share to prune, such as 0.4',
  ],
  [{ settle: 'no' as 'keep' }, '--settle: expected one of keep, zero, mean, fold, found "no"'],
] as [TrainOptions, string][])('%o is refused', async (options, message) => {
  expect((await failureOf(() => resolveSettings(options, resolved))).message).toBe(message);
});
