import { type HostTensor, l2Norm, rngFromSeed } from '@asfp/core';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { chooseBackend } from '../backend/chooseBackend.ts';
import { toHost } from '../bridge/hostTensors.ts';
import { modelVariables, readVariables } from '../bridge/modelWeights.ts';
import { buildModel } from '../models/models.ts';
import { failureOf } from '../testing/failureOf.ts';
import { pruneOnce } from '../testing/pruneOnce.ts';
import { type ConvLayer, convLayers } from './convLayers.ts';
import { countFilters } from './pruneDuring.ts';

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
  const prune = await pruneOnce(model, goal, 10);
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
  const { model } = build();
  const first = await pruneOnce(model, goal, 1);
  // P(1) of 10 is 0.67 of the goal: 16 · 0.268 = 4.3, 32 · 0.268 = 8.6, 64 · 0.268 = 17.2.
  expect(first.rate).toBeCloseTo(0.670121 * 0.4, 6);
  expect(first.zeroFilters).toBe(3 * 4 + 2 * 8 + 2 * 17);
  const constant = await pruneOnce(model, { ...goal, schedule: 'constant' }, 1);
  expect(constant.zeroFilters).toBe(92);
});

test('filters that came back are counted', async () => {
  const { model, convs } = build();
  const first = await pruneOnce(model, goal, 10);
  expect(countFilters(first.returned)).toBe(0);
  const stem = convs[0] as ConvLayer;
  const revived = (first.zeroed[stem.name] as number[])[0] as number;
  const kernel = await toHost(stem.kernel);
  for (let at = revived; at < kernel.values.length; at += stem.filters) kernel.values[at] = 9;
  tf.tidy(() => stem.kernel.assign(tf.tensor4d(kernel.values, [3, 3, 3, 16])));
  const second = await pruneOnce(model, goal, 10, { before: first.zeroed });
  expect(second.returned).toMatchObject({ [stem.name]: [revived] });
  expect(countFilters(second.returned)).toBe(1);
  expect(second.zeroFilters).toBe(92);
  expect(second.zeroed[stem.name]).not.toContain(revived);
});

test('a rate of 0 zeroes nothing', async () => {
  const { model } = build();
  expect(await pruneOnce(model, { ...goal, rate: 0 }, 10)).toMatchObject({ rate: 0, zeroFilters: 0 });
});

test('each criterion zeroes what its scores say, bn-scale by the batch norm behind', async () => {
  const { model, convs } = build();
  const stem = convs[0] as ConvLayer;
  const gammas = Float32Array.from({ length: 16 }, (_, c) => (c % 2 === 0 ? -1 : 1) * (16 - c));
  tf.tidy(() => stem.norm?.gamma.assign(tf.tensor1d(gammas)));
  const byScale = await pruneOnce(model, { ...goal, criterion: 'bn-scale' }, 10);
  expect(byScale.zeroed[stem.name]).toEqual([10, 11, 12, 13, 14, 15]);
  const saliency = new Map(
    convs.map(({ name, filters }) => [
      name,
      Float64Array.from({ length: filters }, (_, c) => (c + 5) % filters),
    ]),
  );
  const byChange = await pruneOnce(model, { ...goal, criterion: 'taylor' }, 10, { saliency });
  expect(byChange.zeroed[stem.name]).toEqual([0, 11, 12, 13, 14, 15]);
  const again = await pruneOnce(model, { ...goal, criterion: 'random' }, 10);
  expect(again.zeroed).toEqual((await pruneOnce(model, { ...goal, criterion: 'random' }, 10)).zeroed);
  expect(again.zeroed).not.toEqual(byScale.zeroed);
});

test('grouped: all that write into a stream lose the same channels, through the padded shortcuts as well', async () => {
  const { model } = build();
  const { zeroed } = await pruneOnce(model, { ...goal, coupling: 'grouped' }, 10);
  const counts = Object.values(zeroed).map(({ length }) => length);
  expect(counts).toEqual([6, 6, 6, 12, 12, 25, 25]);
  const [first, second, third] = [1, 2, 3].map((stage) => zeroed[`stage${stage}_block1_conv2`] as number[]);
  expect(zeroed['stem_conv']).toEqual(first);
  // Channels that a narrower stream brings along are gone in it as well.
  expect(second?.filter((channel) => channel < 16)).toEqual(first);
  expect(third?.filter((channel) => channel < 32)).toEqual(second);
  expect(zeroed['stage1_block1_conv1']).not.toEqual(first);
});

test('layers that are left out keep all, others have rates of their own, which grow with the common one', async () => {
  const { model } = build();
  const own = { exclude: ['stem_conv'], layerRates: { 'stage3_*': 0.25, 'stage3_*2': 0.5 } };
  const counts = async (epoch: number): Promise<number[]> =>
    Object.values((await pruneOnce(model, { ...goal, ...own }, epoch)).zeroed).map(({ length }) => length);
  expect(await counts(10)).toEqual([0, 6, 6, 12, 12, 16, 32]);
  // P(1) is 0.670121 of the goal.
  expect(await counts(1)).toEqual([0, 4, 4, 8, 8, 10, 21]);
});

test('where only some layers have a rate, they follow the schedule too', async () => {
  const { model } = build();
  const own = { rate: 0, layerRates: { stem_conv: 0.5 } };
  const counts = async (epoch: number): Promise<number[]> =>
    Object.values((await pruneOnce(model, { ...goal, ...own }, epoch)).zeroed).map(({ length }) => length);
  // 16 · 0.5 · 0.670121 = 5.4.
  expect(await counts(1)).toEqual([5, 0, 0, 0, 0, 0, 0]);
  expect(await counts(10)).toEqual([8, 0, 0, 0, 0, 0, 0]);
});

test('a pattern that fits no layer is refused', async () => {
  const { model } = build();
  const failure = await failureOf(() => pruneOnce(model, { ...goal, exclude: ['stage9_*'] }, 10));
  expect(failure.message).toBe(
    '--exclude: expected convolutions of the network, such as stem_conv, stage1_block1_conv1, stage1_block1_conv2, found "stage9_*". asfp inspect lists the layers of a saved model; * stands for any text',
  );
});

test('masked: gamma, beta and mean behind zeroed filters are zero too, and nothing else of batch norm', async () => {
  const { model, convs } = build();
  for (const { norm } of convs) {
    for (const entry of [norm?.beta, norm?.movingMean]) tf.tidy(() => entry?.assign(tf.ones(entry.shape)));
  }
  const { zeroed } = await pruneOnce(model, { ...goal, batchNorm: 'masked' }, 10);
  for (const { name, norm, filters } of convs) {
    const expected = Float32Array.from({ length: filters }, (_, c) => (zeroed[name]?.includes(c) ? 0 : 1));
    for (const entry of [norm?.gamma, norm?.beta, norm?.movingMean])
      expect(await entry?.data()).toEqual(expected);
    expect(await norm?.movingVariance.data()).toEqual(new Float32Array(filters).fill(1));
  }
});

test('in hard epochs nothing is chosen anew, and the schedule has ended before them', async () => {
  const { model } = build();
  const hard = { ...goal, harden: 0.3, schedule: 'linear' } as const;
  expect((await pruneOnce(model, hard, 6)).rate).toBeCloseTo((0.4 * 6) / 7, 12);
  const before = { stem_conv: [1, 2, 3] };
  const last = await pruneOnce(model, hard, 7);
  expect(last).toMatchObject({ rate: 0.4, zeroFilters: 92 });
  expect(await pruneOnce(model, hard, 8, { before })).toMatchObject({
    rate: 0.4,
    zeroed: before,
    zeroFilters: 3,
  });
});
