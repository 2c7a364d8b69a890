import { rngFromSeed } from '@asfp/core';
import { beforeAll, expect, test } from 'vitest';
import { chooseBackend } from '../backend/chooseBackend.ts';
import { failureOf } from '../testing/failureOf.ts';
import { modelCost } from './modelCost.ts';
import { buildModel, layOut } from './models.ts';

beforeAll(async () => {
  await chooseBackend('cpu');
});

test.each([
  // Parameters as torchvision and the papers publish them; multiply-adds of convolutions, projections and dense layers.
  ['resnet18', 1_814_073_344, 11_689_512],
  ['resnet34', 3_663_761_408, 21_797_672],
  ['resnet50', 4_089_184_256, 25_557_032],
  ['resnet101', 7_801_405_440, 44_549_160],
  ['vgg16', 15_470_264_320, 138_365_992],
  ['mobilenet-v1', 568_740_352, 4_231_976],
  ['mobilenet-v2', 300_774_272, 3_504_872],
])('%s has the published multiply-adds and parameters for 224×224 images', (name, macs, params) => {
  const model = layOut(name, { height: 224, width: 224, channels: 3, classes: 1000 });
  const { macs: foundMacs, params: foundParams } = modelCost(model);
  model.dispose();
  expect([foundMacs, foundParams]).toEqual([macs, params]);
});

test('small images get the small head of VGG-16', () => {
  const model = layOut('vgg16', { height: 32, width: 32, channels: 3, classes: 10 });
  // 14,714,688 of thirteen convolutions with biases, 8,448 of batch norm, 5,130 of the head.
  expect(modelCost(model)).toMatchObject({ macs: 313_196_544 + 5_120, params: 14_714_688 + 8_448 + 5_130 });
  model.dispose();
});

test('an unknown name is refused with the names there are', async () => {
  const shape = { height: 8, width: 8, channels: 1, classes: 2 };
  const failure = await failureOf(() => buildModel('resnet19', shape, rngFromSeed(1)));
  expect(failure.message).toBe(
    '--model: expected one of resnet8, resnet20, resnet32, resnet56, resnet110, resnet18, resnet34, resnet50, resnet101, vgg16, mobilenet-v1, mobilenet-v2, found "resnet19"',
  );
});
