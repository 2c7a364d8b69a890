// A LayersModel as tfjs-layers saves it, read by us, gives in the interpreter what tfjs itself predicts.

import { compact, convert } from '@asfp/compactor';
import { type Rng, readModel, rngFromSeed, runGraph } from '@asfp/core';
import * as tf from '@tensorflow/tfjs-core';
import {
  model as functional,
  input,
  type LayersModel,
  layers,
  type SymbolicTensor,
  sequential,
} from '@tensorflow/tfjs-layers';
import { expect, test } from 'vitest';
import { openCpu, relativeError, savedLayers } from './tfjsRun.ts';

/** Random weights, with batch-norm variances that are positive and biases that are not zero. */
function shake(model: LayersModel, rng: Rng): void {
  for (const weight of model.weights) {
    const variance = weight.originalName.endsWith('moving_variance');
    const values = Float32Array.from({ length: tf.util.sizeFromShape(weight.shape as number[]) }, () =>
      variance ? 0.5 + rng.next() : 0.4 * rng.normal(),
    );
    tf.tidy(() => {
      weight.write(tf.tensor(values, weight.shape as number[]));
    });
  }
}

const builders: Readonly<Record<string, () => LayersModel>> = {
  'sequential, flatten and softmax': () =>
    sequential({
      layers: [
        layers.conv2d({ filters: 4, kernelSize: 3, inputShape: [8, 8, 3], activation: 'relu' }),
        layers.maxPooling2d({ poolSize: 2 }),
        layers.dropout({ rate: 0.5 }),
        layers.flatten(),
        layers.dense({ units: 6, activation: 'tanh' }),
        layers.dense({ units: 5, activation: 'softmax' }),
      ],
    }),
  'depthwise, relu6, batch norm without scale or centre': () =>
    sequential({
      layers: [
        layers.depthwiseConv2d({
          kernelSize: 3,
          depthMultiplier: 2,
          padding: 'same',
          strides: 2,
          inputShape: [8, 8, 3],
          useBias: false,
        }),
        layers.batchNormalization({ scale: false }),
        layers.reLU({ maxValue: 6 }),
        layers.conv2d({ filters: 4, kernelSize: 1, useBias: false }),
        layers.batchNormalization({ center: false, epsilon: 1e-2 }),
        layers.activation({ activation: 'sigmoid' }),
        layers.globalAveragePooling2d({}),
        layers.dense({ units: 3, useBias: false }),
      ],
    }),
  'functional: residual with a shared layer, channel padding, concat, two outputs': () => {
    const shared = layers.conv2d({ filters: 3, kernelSize: 3, padding: 'same', name: 'shared' });
    const start = input({ shape: [8, 8, 3] });
    const once = shared.apply(start) as SymbolicTensor;
    const twice = shared.apply(once) as SymbolicTensor;
    const sum = layers.add().apply([start, once, twice]) as SymbolicTensor;
    const pooled = layers.averagePooling2d({ poolSize: 1, strides: 2 }).apply(sum) as SymbolicTensor;
    const turned = layers.permute({ dims: [1, 3, 2] }).apply(pooled) as SymbolicTensor;
    const padded = layers
      .zeroPadding2d({
        padding: [
          [0, 0],
          [0, 3],
        ],
      })
      .apply(turned) as SymbolicTensor;
    const back = layers.permute({ dims: [1, 3, 2] }).apply(padded) as SymbolicTensor;
    const joined = layers.concatenate().apply([back, pooled]) as SymbolicTensor;
    const head = layers.globalAveragePooling2d({}).apply(joined) as SymbolicTensor;
    return functional({
      inputs: start,
      outputs: [
        layers.dense({ units: 4, name: 'first' }).apply(head) as SymbolicTensor,
        layers.leakyReLU({ alpha: 0.2 }).apply(back) as SymbolicTensor,
      ],
    });
  },
};

test.each(Object.entries(builders))('%s', async (_, build) => {
  await openCpu();
  const model = build();
  shake(model, rngFromSeed(3));
  const files = await savedLayers(model);
  const rng = rngFromSeed(4);
  const values = Float32Array.from({ length: 3 * 192 }, () => rng.normal());
  const result = tf.tidy(() => {
    const predicted = model.predict(tf.tensor(values, [3, 8, 8, 3]));
    return (Array.isArray(predicted) ? predicted : [predicted]).map((tensor) => tensor.dataSync());
  });
  const graph = readModel(files, 'model.json');
  const inputName = graph.nodes.find((node) => node.op === 'input')?.name as string;
  const feeds = { [inputName]: { shape: [3, 8, 8, 3], values } };
  for (const rewritten of [graph, convert(graph).graph, compact(graph).graph]) {
    const truth = [...runGraph(rewritten, feeds).values()];
    expect(truth.length).toBe(result.length);
    for (const [i, { values: expected }] of truth.entries()) {
      expect(relativeError(expected, result[i] as Float32Array)).toBeLessThan(200 * 2 ** -24);
    }
  }
  model.dispose();
});

test('a layer that is not known is refused by name and class', async () => {
  const model = sequential({ layers: [layers.thresholdedReLU({ inputShape: [4], name: 'again' })] });
  const files = await savedLayers(model);
  expect(() => readModel(files, 'model.json')).toThrow(
    'layer again (ThresholdedReLU): expected a layer class that can be read, found ThresholdedReLU. In a GraphModel what is not understood is a wall: convert the model to one',
  );
  model.dispose();
});
