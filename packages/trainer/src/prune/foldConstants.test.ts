import { rngFromSeed } from '@asfp/core';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { chooseBackend } from '../backend/chooseBackend.ts';
import { modelVariables, readVariables } from '../bridge/modelWeights.ts';
import { buildModel } from '../models/models.ts';
import { pruneOnce } from '../testing/pruneOnce.ts';
import { convLayers } from './convLayers.ts';
import { foldConstants } from './foldConstants.ts';
import { liveConstants } from './liveConstants.ts';
import { maskFilters } from './maskFilters.ts';
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

/** The mean of each channel over all positions. */
function meansOf(rows: number[][][]): number[] {
  const positions = rows.flat();
  return (positions[0] ?? []).map(
    (_, c) => positions.reduce((sum, position) => sum + (position[c] as number), 0) / positions.length,
  );
}

test('whoever reads a constant gives on average what it gave, border and all', async () => {
  const { model, zeroed } = await makePruned();
  const layer = 'stage1_block1_bn1';
  const before = outputOf(model, layer);
  await foldConstants(model, zeroed, true);
  const after = outputOf(model, layer);
  const alive = [...(after[0]?.[0] ?? []).keys()].filter((c) => !zeroed['stage1_block1_conv1']?.includes(c));
  const [meansBefore, meansAfter] = [meansOf(before), meansOf(after)];
  // Sums of 144 float32 products below 3.
  for (const c of alive) {
    expect(Math.abs((meansAfter[c] as number) - (meansBefore[c] as number))).toBeLessThan(144 * 3 * 2 ** -23);
  }
  // At a single position a constant and a black frame are told apart.
  const apart = alive.map((c) => Math.abs((after[0]?.[0]?.[c] as number) - (before[0]?.[0]?.[c] as number)));
  expect(Math.max(...apart)).toBeGreaterThan(0.01);
});

test.each([true, false])(
  'channels inside of blocks and of the stem are silent; through sums, %s, so are the ends of blocks where the stream has nothing else',
  async (throughSums) => {
    const { model, zeroed } = await makePruned();
    const names = { inside: 'stage2_block1_conv1', end: 'stage2_block1_conv2' };
    const constantsAt = (layer: string, conv: string): number[] => {
      const positions = outputOf(model, layer).flat();
      return (zeroed[conv] as number[]).map((channel) => {
        expect(new Set(positions.map((position) => position[channel])).size).toBe(1);
        return positions[0]?.[channel] as number;
      });
    };
    const ends = constantsAt('stage2_block1_bn2', names.end);
    expect(constantsAt('stage2_block1_relu1', names.inside).some((value) => value > 0)).toBe(true);
    await foldConstants(model, zeroed, throughSums);
    expect(constantsAt('stage2_block1_relu1', names.inside)).toEqual(new Array<number>(12).fill(0));
    expect(constantsAt('stem_relu', 'stem_conv')).toEqual(new Array<number>(6).fill(0));
    // Of stage 1 the shortcut brings 16 channels, alive unless both that write them are zero.
    const [stem = [], first = []] = [zeroed['stem_conv'], zeroed['stage1_block1_conv2']];
    const lives = (channel: number): boolean =>
      channel < 16 && !(stem.includes(channel) && first.includes(channel));
    const expected = (zeroed[names.end] as number[]).map((channel, i) =>
      lives(channel) || !throughSums ? ends[i] : 0,
    );
    expect(constantsAt('stage2_block1_bn2', names.end)).toEqual(expected);
    expect(expected.filter((value) => value !== 0).length).toBeGreaterThan(0);
  },
);

test('without padding it is exact: through ReLU, ReLU6, depthwise convolutions, sums, pools, biases and dense layers', async () => {
  const input = tfl.input({ shape: [6, 6, 2] });
  const apply = (layer: tfl.layers.Layer, x: tfl.SymbolicTensor): tfl.SymbolicTensor =>
    layer.apply(x) as tfl.SymbolicTensor;
  const { conv2d, batchNormalization, activation, reLU, add, depthwiseConv2d, dense } = tfl.layers;
  const norm = (name: string, x: tfl.SymbolicTensor): tfl.SymbolicTensor =>
    apply(
      batchNormalization({ name: `${name}_bn`, epsilon: 1e-3 }),
      apply(conv2d({ name, filters: 4, kernelSize: 1, useBias: false }), x),
    );
  const relu = (x: tfl.SymbolicTensor): tfl.SymbolicTensor => apply(activation({ activation: 'relu' }), x);
  const first = relu(norm('first', input));
  const branch = norm('end', relu(norm('inside', first)));
  let x = relu(add().apply([first, branch]) as tfl.SymbolicTensor);
  x = apply(depthwiseConv2d({ name: 'depth', kernelSize: 3, useBias: false }), x);
  x = apply(reLU({ maxValue: 6 }), apply(batchNormalization({ name: 'depth_bn' }), x));
  const biased = apply(conv2d({ name: 'biased', filters: 3, kernelSize: 2, activation: 'relu' }), x);
  const pooled = [x, biased].map((value) => apply(tfl.layers.globalAveragePooling2d({}), value));
  const outputs = pooled.map((value, i) => apply(dense({ name: `logits${i}`, units: 3 }), value));
  const model = tfl.model({ inputs: input, outputs });
  onTestFinished(() => {
    model.dispose();
  });
  const zeroed = { first: [0, 2], inside: [1], end: [0, 2] };
  const layers = new Map(convLayers(model).map(({ name, kernel }) => [name, kernel]));
  for (const { name, variable } of modelVariables(model)) {
    const rng = rngFromSeed(3).fork(name);
    const least = name.endsWith('variance') ? 0.5 : -1;
    tf.tidy(() => {
      variable.assign(
        tf.tensor(
          Float32Array.from({ length: variable.size }, () => least + 2 * rng.next()),
          variable.shape,
        ),
      );
    });
  }
  for (const [name, filters] of Object.entries(zeroed))
    await maskFilters(layers.get(name) as tf.Variable, filters);
  const rng = rngFromSeed(4);
  const image = tf.tensor4d(
    Float32Array.from({ length: 72 }, () => rng.normal()),
    [1, 6, 6, 2],
  );
  const answers = (): number[] =>
    tf.tidy(() => (model.predict(image) as tf.Tensor[]).flatMap((logits) => [...logits.dataSync()]));
  const before = answers();
  const wide = await liveConstants(model, zeroed);
  expect([...wide.values()].flatMap(({ values }) => [...values]).some((value) => value > 0.1)).toBe(true);
  await foldConstants(model, zeroed, true);
  const silent = await liveConstants(model, zeroed);
  for (const { values } of silent.values()) for (const value of values) expect(value || Number.NaN).toBeNaN();
  // At most 16 products deep in each of seven layers, numbers below 32.
  const error = Math.max(...answers().map((value, i) => Math.abs(value - (before[i] as number))));
  expect(error).toBeLessThan(7 * 16 * 32 * 2 ** -24);
  image.dispose();
});

test.each(['resnet8', 'mobilenet-v2'])(
  '%s, streams and all: nothing that the zeros left is heard',
  async (name) => {
    const model = buildModel(name, { height: 32, width: 32, channels: 1, classes: 2 }, rngFromSeed(1));
    onTestFinished(() => {
      model.dispose();
    });
    for (const { name: weight, variable } of modelVariables(model)) {
      if (weight.endsWith('beta')) tf.tidy(() => variable.assign(tf.onesLike(variable)));
    }
    const { zeroed } = await pruneOnce(model, { schedule: 'constant', rate: 0.4, coupling: 'grouped' });
    const heard = async (): Promise<number> => {
      const constants = await liveConstants(model, zeroed);
      return [...constants.values()]
        .flatMap(({ values }) => [...values])
        .filter((value) => value !== 0 && !Number.isNaN(value)).length;
    };
    expect(await heard()).toBeGreaterThan(100);
    await foldConstants(model, zeroed, true);
    expect(await heard()).toBe(0);
  },
);

test('no kernel changes, and nothing does where no filter is zero', async () => {
  const { model, zeroed } = await makePruned();
  const kernels = async (): Promise<unknown> =>
    [...(await readVariables(modelVariables(model)))].filter(([name]) => name.endsWith('/kernel'));
  const before = await kernels();
  await foldConstants(model, zeroed, true);
  expect(await kernels()).toEqual(before);
  const all = await readVariables(modelVariables(model));
  await foldConstants(model, {}, true);
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
  await foldConstants(model, { conv1: [0, 2], conv2: [1] }, true);
  expect(await readVariables(modelVariables(model))).toEqual(before);
});
