import { costTable, paperMacs, rngFromSeed } from '@asfp/core';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { chooseBackend } from '../backend/chooseBackend.ts';
import { modelGraph } from '../bridge/modelArtifacts.ts';
import { modelVariables } from '../bridge/modelWeights.ts';
import { modelCost } from './modelCost.ts';
import { buildModel } from './models.ts';
import type { NetworkShape } from './networkShape.ts';

beforeAll(async () => {
  await chooseBackend('cpu');
});

const cifar: NetworkShape = { height: 32, width: 32, channels: 3, classes: 10 };

function build(name: string, shape: NetworkShape = cifar, seed = 1): tfl.LayersModel {
  const model = buildModel(name, shape, rngFromSeed(seed));
  onTestFinished(() => {
    model.dispose();
  });
  return model;
}

test.each([
  // Convolutions' multiply-adds as published for 20, 32 and 56; 640 more for the dense layer.
  ['resnet8', 12_238_848 + 640, 75_290],
  ['resnet20', 40_550_400 + 640, 269_722],
  ['resnet32', 68_861_952 + 640, 464_154],
  ['resnet56', 125_485_056 + 640, 853_018],
])('%s has the published multiply-adds and parameters', (name, macs, params) => {
  expect(modelCost(build(name))).toMatchObject({ macs, params });
});

test('resnet110 has the published multiply-adds and parameters', () => {
  expect(modelCost(build('resnet110'))).toMatchObject({ macs: 252_887_040 + 640, params: 1_727_962 });
});

test.each([
  // SFP's cifar_resnet_flop, to the multiply-add.
  ['resnet20', 0.1, 34_371_994],
  ['resnet20', 0.2, 28_665_446],
  ['resnet20', 0.3, 23_430_758],
  ['resnet56', 0.1, 106_991_124],
  ['resnet56', 0.2, 89_818_399],
  ['resnet56', 0.3, 73_966_879],
  ['resnet110', 0.3, 149_771_059],
])('%s at rate %d costs in the paper’s counting what the paper says', async (name, rate, macs) => {
  const graph = await modelGraph(build(name));
  const pruned = new Map(
    graph.nodes.filter(({ op }) => op === 'conv2d').map(({ inputs }) => [inputs[1] as string, rate]),
  );
  expect(Math.abs(paperMacs(graph, pruned, 'whole') - macs)).toBeLessThan(1);
  expect(paperMacs(graph, pruned, 'thin')).toBeLessThan(macs);
  expect(paperMacs(graph, new Map(), 'whole')).toBe(costTable(graph).macs - 640);
});

test('images of 28×28 and one channel shrink to 14 and 7, odd ones to the larger half', () => {
  const sides = (side: number): unknown[] => {
    const model = build('resnet8', { height: side, width: side, channels: 1, classes: 10 });
    return [1, 2, 3].map((stage) => model.getLayer(`stage${stage}_block1_relu2`).outputShape);
  };
  expect(sides(28)).toEqual([
    [null, 28, 28, 16],
    [null, 14, 14, 32],
    [null, 7, 7, 64],
  ]);
  expect(sides(9)).toEqual([
    [null, 9, 9, 16],
    [null, 5, 5, 32],
    [null, 3, 3, 64],
  ]);
});

test('a shortcut takes every second pixel and appends channels of zeros behind', () => {
  const model = build('resnet8', { height: 6, width: 6, channels: 1, classes: 3 });
  // The residual branch gives nothing: what comes out is the shortcut alone.
  for (const { name, variable } of modelVariables(model)) {
    if (name === 'stage2_block1_bn2/gamma') variable.assign(tf.zerosLike(variable));
  }
  const ends = [1, 2].map(
    (stage) => model.getLayer(`stage${stage}_block1_relu2`).output as tfl.SymbolicTensor,
  );
  const probe = tfl.model({ inputs: model.inputs, outputs: ends });
  const [before, after] = tf.tidy(() => {
    const image = tf.tensor4d(
      Float32Array.from({ length: 36 }, (_, i) => Math.sin(i)),
      [1, 6, 6, 1],
    );
    return (probe.predict(image) as tf.Tensor4D[]).map((tensor) => tensor.arraySync());
  }) as [number[][][][], number[][][][]];
  expect(before[0]?.flat(2).some((value) => value > 0)).toBe(true);
  for (let row = 0; row < 3; row++) {
    for (let column = 0; column < 3; column++) {
      const expected = [...(before[0]?.[2 * row]?.[2 * column] ?? []), ...new Array<number>(16).fill(0)];
      expect(after[0]?.[row]?.[column]).toEqual(expected);
    }
  }
});

test('weights come from the seed alone, spread as He et al. have it', () => {
  const kernel = (seed: number, name: string): Float32Array => {
    const model = build('resnet20', cifar, seed);
    const found = modelVariables(model).find((weight) => weight.name === name);
    return found?.variable.dataSync() as Float32Array;
  };
  const name = 'stage3_block2_conv1/kernel';
  const values = kernel(1, name);
  expect(values).toEqual(kernel(1, name));
  expect(values).not.toEqual(kernel(2, name));
  const variance = values.reduce((sum, value) => sum + value * value, 0) / values.length;
  // 36,864 draws: the relative deviation of their variance is √(2 / 36864) = 0.0074; five of them.
  expect(Math.abs(variance / (2 / (9 * 64)) - 1)).toBeLessThan(0.037);
  const dense = kernel(1, 'logits/kernel');
  const bound = Math.sqrt(6 / 64);
  expect(dense.every((value) => Math.abs(value) <= bound)).toBe(true);
  expect(Math.max(...dense)).toBeGreaterThan(0.95 * bound);
});

test('batch norm has the paper’s epsilon and momentum, convolutions have no bias, the output is logits', () => {
  const model = build('resnet8');
  const configs = (kind: string): unknown[] =>
    model.layers.filter((layer) => layer.getClassName() === kind).map((layer) => layer.getConfig());
  expect(configs('Conv2D')).toHaveLength(7);
  for (const config of configs('Conv2D')) expect(config).toMatchObject({ useBias: false, padding: 'same' });
  expect(configs('BatchNormalization')).toHaveLength(7);
  for (const config of configs('BatchNormalization')) {
    expect(config).toMatchObject({ epsilon: 1e-5, momentum: 0.9 });
  }
  expect(model.getLayer('logits').getConfig()).toMatchObject({ activation: 'linear', units: 10 });
});
