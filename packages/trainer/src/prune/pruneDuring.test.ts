import { type HostTensor, l2Norm, rngFromSeed } from '@asfp/core';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { chooseBackend } from '../backend/chooseBackend.ts';
import { toHost } from '../bridge/hostTensors.ts';
import { modelVariables, readVariables } from '../bridge/modelWeights.ts';
import { buildModel } from '../models/models.ts';
import { type ConvLayer, convLayers } from './convLayers.ts';
import { pruneDuring } from './pruneDuring.ts';

beforeAll(async () => {
  await chooseBackend('cpu');
});

function build(): { model: LayersModel; convs: ConvLayer[] } {
  const shape = { height: 8, width: 8, channels: 3, classes: 2 };
  const model = buildModel('resnet8', shape, rngFromSeed(1));
  onTestFinished(() => {
    model.dispose();
  });
  return { model, convs: convLayers(model) };
}

const goal = { schedule: 'asymptotic', rate: 0.4, epochs: 10 } as const;

test('every convolution has filters to prune: the stem and both of each block, the batch norm behind each known', () => {
  const { convs } = build();
  expect(convs.map(({ name, filters }) => `${name} ${filters}`)).toEqual([
    'stem_conv 16',
    'stage1_block1_conv1 16',
    'stage1_block1_conv2 16',
    'stage2_block1_conv1 32',
    'stage2_block1_conv2 32',
    'stage3_block1_conv1 64',
    'stage3_block1_conv2 64',
  ]);
  expect(convs.every(({ norm }) => norm !== undefined)).toBe(true);
});

test('the last prune zeroes exactly the floor of the goal, the weakest by L2 norm, and no other weight changes', async () => {
  const { model, convs } = build();
  const before = await readVariables(modelVariables(model));
  const prune = await pruneDuring(convs, goal, 10, {});
  const after = await readVariables(modelVariables(model));
  expect(prune).toMatchObject({ rate: 0.4, totalFilters: 240, zeroFilters: 3 * 6 + 2 * 12 + 2 * 25 });
  const kernels = new Set(convs.map(({ name }) => `${name}/kernel`));
  const others = (weights: ReadonlyMap<string, HostTensor>): unknown[] =>
    [...weights].filter(([name]) => !kernels.has(name));
  expect(others(after)).toEqual(others(before));
  expect(others(after)).toHaveLength(7 * 4 + 2);
  for (const { name } of convs) {
    const zeroed = prune.zeroed[name] as number[];
    const norms = l2Norm(before.get(`${name}/kernel`) as HostTensor);
    const expected = norms.map((norm, filter) => (zeroed.includes(filter) ? 0 : norm));
    expect(l2Norm(after.get(`${name}/kernel`) as HostTensor)).toEqual(expected);
    const kept = expected.filter((norm) => norm > 0);
    expect(kept).toHaveLength(norms.length - zeroed.length);
    expect(Math.min(...kept)).toBeGreaterThan(Math.max(...zeroed.map((filter) => norms[filter] as number)));
  }
});

test('the rate grows asymptotically, and with the constant schedule it is there at once', async () => {
  const { convs } = build();
  const first = await pruneDuring(convs, goal, 1, {});
  // P(1) of 10 is 0.67 of the goal: 16 · 0.268 = 4.3, 32 · 0.268 = 8.6, 64 · 0.268 = 17.2.
  expect(first.rate).toBeCloseTo(0.670121 * 0.4, 6);
  expect(first.zeroFilters).toBe(3 * 4 + 2 * 8 + 2 * 17);
  const constant = await pruneDuring(convs, { ...goal, schedule: 'constant' }, 1, {});
  expect(constant.zeroFilters).toBe(92);
});

test('filters that came back are counted', async () => {
  const { convs } = build();
  const first = await pruneDuring(convs, goal, 10, {});
  expect(first.returnedFilters).toBe(0);
  const stem = convs[0] as ConvLayer;
  const revived = (first.zeroed[stem.name] as number[])[0] as number;
  const kernel = await toHost(stem.kernel);
  for (let at = revived; at < kernel.values.length; at += stem.filters) kernel.values[at] = 9;
  tf.tidy(() => stem.kernel.assign(tf.tensor4d(kernel.values, [3, 3, 3, 16])));
  const second = await pruneDuring(convs, goal, 10, first.zeroed);
  expect(second.returnedFilters).toBe(1);
  expect(second.zeroFilters).toBe(92);
  expect(second.zeroed[stem.name]).not.toContain(revived);
});

test('a rate of 0 zeroes nothing', async () => {
  const { convs } = build();
  expect(await pruneDuring(convs, { ...goal, rate: 0 }, 10, {})).toMatchObject({ rate: 0, zeroFilters: 0 });
});
