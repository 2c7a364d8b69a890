import { type EndEvent, rngFromSeed } from '@asfp/core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { chooseBackend } from '../backend/chooseBackend.ts';
import { layOut } from '../models/models.ts';
import { tinySettings } from '../testing/tinySettings.ts';
import { resolveSettings } from '../train/settings.ts';
import { chooseZeroed } from './chooseZeroed.ts';
import { planPruning } from './planPruning.ts';
import type { ZeroedFilters } from './pruneDuring.ts';
import { prunedCost } from './prunedCost.ts';
import { scoreLayers } from './scoreLayers.ts';

beforeAll(async () => {
  await chooseBackend('cpu');
});

function laidOut(name: string): LayersModel {
  const model = layOut(name, { height: 32, width: 32, channels: 3, classes: 10 });
  onTestFinished(() => {
    model.dispose();
  });
  return model;
}

test('ImageNet’s residual networks: stem and all convolutions of blocks are pruned, projections are not', async () => {
  const settings = resolveSettings(
    { model: 'resnet18', rate: 0.3 },
    { dataset: 'synthetic', data: null, backend: 'cpu' },
  );
  const { layers, groups } = await planPruning(laidOut('resnet18'), settings);
  expect(groups).toBeUndefined();
  // 17 convolutions on the way, and three projections.
  expect(layers).toHaveLength(20);
  const left = layers.filter(({ goal }) => goal === 0).map(({ name }) => name);
  expect(left).toEqual(['stage2_block1_projection', 'stage3_block1_projection', 'stage4_block1_projection']);
  expect(layers.filter(({ goal }) => goal === 0.3)).toHaveLength(17);
});

test('depthwise and dense layers have no filters to prune, nor has a convolution that gives the answers', async () => {
  const { layers } = await planPruning(laidOut('mobilenet-v1'), tinySettings());
  expect(layers).toHaveLength(14);
  const input = tfl.input({ shape: [4, 4, 1] });
  const conv = (name: string): tfl.layers.Layer => tfl.layers.conv2d({ name, filters: 2, kernelSize: 1 });
  const answers = tfl.layers.globalAveragePooling2d({}).apply(conv('last').apply(conv('first').apply(input)));
  const model = tfl.model({ inputs: input, outputs: answers as tfl.SymbolicTensor });
  const found = await planPruning(model, tinySettings());
  model.dispose();
  expect(found.layers.map(({ name }) => name)).toEqual(['first']);
});

test('grouped, the projections of a stream go with it, and the cost falls more', async () => {
  const pruneIn = async (
    coupling: 'independent' | 'grouped',
  ): Promise<{ zeroed: ZeroedFilters; macs: EndEvent['macs'] }> => {
    const model = laidOut('resnet18');
    const settings = tinySettings({ coupling, rate: 0.5 });
    const plan = await planPruning(model, settings);
    const scores = await scoreLayers(plan.layers, 'random', { rng: rngFromSeed(1) });
    const zeroed = chooseZeroed(plan, scores, 1);
    return { zeroed, macs: await prunedCost(model, zeroed, settings) };
  };
  const [grouped, alone] = [await pruneIn('grouped'), await pruneIn('independent')];
  expect(Object.values(grouped.zeroed).every((filters) => filters.length > 0)).toBe(true);
  expect(grouped.zeroed['stage2_block1_projection']).toEqual(grouped.zeroed['stage2_block2_conv2']);
  expect(grouped.zeroed['stage2_block1_projection']).not.toEqual(grouped.zeroed['stage1_block1_conv2']);
  expect(alone.zeroed['stage2_block1_projection']).not.toEqual(alone.zeroed['stage2_block2_conv2']);
  for (const { macs } of [grouped, alone]) expect(macs.paperDense).toBe(macs.dense - 512 * 10);
  // At rate 1/2 no layer's filters leave a fraction: both countings see every stream at half.
  expect(grouped.macs.paperPruned).toBe(grouped.macs.pruned - 256 * 10);
  expect(grouped.macs.pruned).toBeLessThan(alone.macs.pruned);
});
