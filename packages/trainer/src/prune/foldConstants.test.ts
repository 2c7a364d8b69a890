import { rngFromSeed } from '@asfp/core';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { chooseBackend } from '../backend/chooseBackend.ts';
import { modelVariables, readVariables } from '../bridge/modelWeights.ts';
import { buildModel } from '../models/models.ts';
import { pruneOnce } from '../testing/pruneOnce.ts';
import { foldConstants } from './foldConstants.ts';
import type { ZeroedFilters } from './pruneDuring.ts';

beforeAll(async () => {
  await chooseBackend('cpu');
});

const side = 12;

/** A pruned network whose batch norm has averages and parameters of both signs, as after training. */
async function makePruned(): Promise<{ model: tfl.LayersModel; zeroed: ZeroedFilters }> {
  const shape = { height: side, width: side, channels: 1, classes: 2 };
  const model = buildModel('resnet8', shape, rngFromSeed(1));
  onTestFinished(() => {
    model.dispose();
  });
  for (const { name, variable } of modelVariables(model)) {
    if (!name.includes('_bn')) continue;
    const rng = rngFromSeed(2).fork(name);
    const least = name.endsWith('variance') ? 0.5 : -1;
    const values = Float32Array.from({ length: variable.size }, () => least + 2 * rng.next());
    tf.tidy(() => {
      variable.assign(tf.tensor1d(values));
    });
  }
  const prune = await pruneOnce(model, { schedule: 'constant', rate: 0.4, epochs: 1 });
  return { model, zeroed: prune.zeroed };
}

/** What a layer gives for an image, `[h][w][c]`. */
function outputOf(model: tfl.LayersModel, name: string): number[][][] {
  const probe = tfl.model({ inputs: model.inputs, outputs: model.getLayer(name).output });
  return tf.tidy(() => {
    const pixels = Float32Array.from({ length: side * side }, (_, i) => Math.cos(i));
    const image = tf.tensor4d(pixels, [1, side, side, 1]);
    return (probe.predict(image) as tf.Tensor4D).arraySync()[0] as number[][][];
  });
}

/** The positions at least `margin` away from the border. */
function inner(rows: number[][][], margin: number): number[][] {
  const end = rows.length - margin;
  return rows.slice(margin, end).flatMap((row) => row.slice(margin, end));
}

function largestDifference(a: number[][], b: number[][]): number {
  return Math.max(...a.flatMap((row, i) => row.map((value, c) => Math.abs(value - (b[i]?.[c] as number)))));
}

test('inside of the border nothing changes, where two convolutions have passed the constants on', async () => {
  const { model, zeroed } = await makePruned();
  const before = outputOf(model, 'stage1_block1_relu2');
  await foldConstants(model, zeroed);
  const after = outputOf(model, 'stage1_block1_relu2');
  // Two 3×3 convolutions see two pixels far. Sums of 144 float32 products below 3.
  expect(largestDifference(inner(after, 2), inner(before, 2))).toBeLessThan(144 * 3 * 2 ** -23);
  // The border is where a constant and a black frame are told apart.
  expect(largestDifference(inner(after, 0), inner(before, 0))).toBeGreaterThan(0.01);
});

test('channels inside of blocks and of the stem are silent, those that end a block say what they said', async () => {
  const { model, zeroed } = await makePruned();
  const names = { inside: 'stage2_block1_conv1', end: 'stage2_block1_conv2' };
  const constantsAt = (layer: string, conv: string): number[] => {
    const positions = inner(outputOf(model, layer), 0);
    return (zeroed[conv] as number[]).map((channel) => {
      expect(new Set(positions.map((position) => position[channel])).size).toBe(1);
      return positions[0]?.[channel] as number;
    });
  };
  const ends = constantsAt('stage2_block1_bn2', names.end);
  expect(constantsAt('stage2_block1_relu1', names.inside).some((value) => value > 0)).toBe(true);
  await foldConstants(model, zeroed);
  expect(constantsAt('stage2_block1_relu1', names.inside)).toEqual(new Array<number>(12).fill(0));
  expect(constantsAt('stem_relu', 'stem_conv')).toEqual(new Array<number>(6).fill(0));
  expect(constantsAt('stage2_block1_bn2', names.end)).toEqual(ends);
});

test('no kernel changes, and nothing does where no filter is zero', async () => {
  const { model, zeroed } = await makePruned();
  const kernels = async (): Promise<unknown> =>
    [...(await readVariables(modelVariables(model)))].filter(([name]) => name.endsWith('/kernel'));
  const before = await kernels();
  await foldConstants(model, zeroed);
  expect(await kernels()).toEqual(before);
  const all = await readVariables(modelVariables(model));
  await foldConstants(model, {});
  expect(await readVariables(modelVariables(model))).toEqual(all);
});

test('a channel that something else reads as well keeps its entries', async () => {
  const input = tfl.input({ shape: [6, 6, 1] });
  const apply = (layer: tfl.layers.Layer, x: tfl.SymbolicTensor): tfl.SymbolicTensor =>
    layer.apply(x) as tfl.SymbolicTensor;
  const conv = (name: string): tfl.layers.Layer =>
    tfl.layers.conv2d({ name, filters: 3, kernelSize: 3, useBias: false, padding: 'same' });
  const first = apply(tfl.layers.batchNormalization({ name: 'norm1' }), apply(conv('conv1'), input));
  const second = apply(tfl.layers.batchNormalization({ name: 'norm2' }), apply(conv('conv2'), first));
  const pooled = [first, second].map((x, i) =>
    apply(tfl.layers.globalAveragePooling2d({ name: `pool${i}` }), x),
  );
  const model = tfl.model({ inputs: input, outputs: pooled });
  onTestFinished(() => {
    model.dispose();
  });
  tf.tidy(() => {
    for (const { name, variable } of modelVariables(model)) {
      if (name.endsWith('beta')) variable.assign(tf.onesLike(variable));
    }
  });
  const before = await readVariables(modelVariables(model));
  await foldConstants(model, { conv1: [0, 2], conv2: [1] });
  expect(await readVariables(modelVariables(model))).toEqual(before);
});
