// Layers beyond the common ones, models inside models, and Keras 3's spellings: read, compacted and written, they give what tfjs-layers predicts.
import { compact } from '@asfp/compactor';
import { type ModelFiles, type Rng, readModel, rngFromSeed, runGraph, writeGraphModel } from '@asfp/core';
import * as tf from '@tensorflow/tfjs-core';
import {
  model as functional,
  input,
  type LayersModel,
  layers,
  type Sequential,
  type SymbolicTensor,
  sequential,
} from '@tensorflow/tfjs-layers';
import { expect, test } from 'vitest';
import { openCpu, relativeError, runOnTfjs, savedLayers } from './tfjsRun.ts';

/** Random weights; variances stay positive. */
function shake(model: LayersModel, rng: Rng): void {
  for (const weight of model.weights) {
    const variance = weight.originalName.endsWith('moving_variance');
    const size = tf.util.sizeFromShape(weight.shape as number[]);
    const values = Float32Array.from({ length: size }, () =>
      variance ? 0.5 + rng.next() : 0.4 * rng.normal(),
    );
    tf.tidy(() => {
      weight.write(tf.tensor(values, weight.shape as number[]));
    });
  }
}

const inputShape = [6, 6, 3];

type Layer = Parameters<Sequential['add']>[0];

function chainOf(...made: readonly Layer[]): LayersModel {
  const start = input({ shape: inputShape });
  let value = start;
  for (const layer of made) value = layer.apply(value) as SymbolicTensor;
  return functional({ inputs: start, outputs: value });
}

const conv = (filters: number): Layer => layers.conv2d({ filters, kernelSize: 3, padding: 'same' });

const builders: Readonly<Record<string, () => LayersModel>> = {
  'separable, transposed, upsampled, cropped': () =>
    chainOf(
      layers.separableConv2d({ filters: 4, kernelSize: 3, depthMultiplier: 2, activation: 'relu' }),
      layers.conv2dTranspose({ filters: 3, kernelSize: 3, strides: 2, padding: 'same', activation: 'relu' }),
      layers.upSampling2d({ size: [2, 3] }),
      layers.cropping2D({
        cropping: [
          [1, 2],
          [0, 3],
        ],
      }),
      layers.conv2dTranspose({ filters: 2, kernelSize: 4, strides: 3, useBias: false }),
    ),
  'prelu with shared axes, elu, capped relu, leaky relu': () =>
    chainOf(
      conv(4),
      layers.prelu({ sharedAxes: [1, 2] }),
      conv(4),
      layers.elu({}),
      layers.reLU({ maxValue: 1.5 }),
      conv(3),
      layers.leakyReLU({ alpha: 0.1 }),
      layers.prelu({}),
    ),
  'layer norm, dense on positions, global max': () =>
    chainOf(
      conv(5),
      layers.layerNormalization({}),
      layers.dense({ units: 4, activation: 'tanh' }),
      layers.layerNormalization({ axis: -1, scale: false, epsilon: 1e-2 }),
      layers.gaussianNoise({ stddev: 1 }),
      layers.globalMaxPooling2d({}),
      layers.dense({ units: 3 }),
      layers.softmax({ axis: -1 }),
    ),
  'average, subtract, minimum over branches': () => {
    const start = input({ shape: inputShape });
    const [a, b, c] = [conv(3), conv(3), conv(3)].map((layer) => layer.apply(start) as SymbolicTensor) as [
      SymbolicTensor,
      SymbolicTensor,
      SymbolicTensor,
    ];
    const mean = layers.average().apply([a, b, c]) as SymbolicTensor;
    const least = layers.minimum().apply([mean, start]) as SymbolicTensor;
    return functional({ inputs: start, outputs: layers.maximum().apply([least, c]) as SymbolicTensor });
  },
  'a Sequential in a Sequential, with a model in it': () => {
    const core = chainOf(conv(4), layers.batchNormalization({}), layers.reLU({}));
    const head = sequential({
      layers: [layers.conv2d({ filters: 3, kernelSize: 3, inputShape: [6, 6, 4] }), layers.flatten()],
    });
    const model = sequential({ layers: [core, head] });
    model.add(layers.dense({ units: 4, activation: 'softmax' }));
    return model;
  },
  'a model called twice, with two outputs': () => {
    const inner = input({ shape: inputShape });
    const both = conv(3).apply(inner) as SymbolicTensor;
    const twin = functional({
      inputs: inner,
      outputs: [both, layers.activation({ activation: 'tanh' }).apply(both) as SymbolicTensor],
      name: 'twin',
    });
    const start = input({ shape: inputShape });
    const [p, q] = twin.apply(start) as SymbolicTensor[] as [SymbolicTensor, SymbolicTensor];
    const [, s] = twin.apply(q) as SymbolicTensor[] as [SymbolicTensor, SymbolicTensor];
    return functional({ inputs: start, outputs: layers.add().apply([p, s]) as SymbolicTensor });
  },
  'a layer called twice': () => {
    const shared = conv(3);
    const start = input({ shape: inputShape });
    const once = shared.apply(start) as SymbolicTensor;
    return functional({ inputs: start, outputs: shared.apply(once) as SymbolicTensor });
  },
};
for (const activation of [
  'selu',
  'hardSigmoid',
  'softplus',
  'softsign',
  'swish',
  'mish',
  'gelu',
  'gelu_new',
  'elu',
])
  Object.assign(builders, {
    [`activation ${activation}`]: (): LayersModel =>
      chainOf(
        layers.conv2d({ filters: 4, kernelSize: 3, activation: activation as 'selu' }),
        layers.activation({ activation: activation as 'selu' }),
      ),
  });

const rng = rngFromSeed(4);
const values = Float32Array.from({ length: 2 * 108 }, () => rng.normal());

/** The largest relative error of any way that the model can go: read, compacted, and written and run by tfjs. */
async function worstError(model: LayersModel, files: ModelFiles): Promise<number> {
  const expected = tf.tidy(() =>
    (model.predict(tf.tensor(values, [2, ...inputShape])) as tf.Tensor).dataSync(),
  );
  const graph = readModel(files, 'model.json');
  const smaller = compact(graph).graph;
  const inputName = graph.nodes.find((node) => node.op === 'input')?.name as string;
  const feeds = { [inputName]: { shape: [2, ...inputShape], values } };
  const ours = [graph, smaller].map((each) => [...runGraph(each, feeds).values()][0]?.values ?? []);
  const [theirs] = [...(await runOnTfjs(writeGraphModel(smaller), feeds)).values()];
  return Math.max(...[...ours, theirs ?? []].map((found) => relativeError(expected, found)));
}

// float32 under sums of at most 72 products, layer upon layer, and approximations of exp and erf.
const rounding = 500 * 2 ** -24;

test.each(Object.entries(builders))('%s', async (_, build) => {
  await openCpu();
  const model = build();
  shake(model, rngFromSeed(3));
  expect(await worstError(model, await savedLayers(model))).toBeLessThan(rounding);
  model.dispose();
});

test('Keras 3 spellings: batch_shape, keras_history, policies, counted weight names', async () => {
  await openCpu();
  const start = input({ shape: inputShape, name: 'start' });
  const once = layers.conv2d({ filters: 3, kernelSize: 3, padding: 'same', name: 'conv' }).apply(start);
  const sum = layers.add({ name: 'sum' }).apply([start, once as SymbolicTensor]) as SymbolicTensor;
  const model = functional({ inputs: start, outputs: sum });
  shake(model, rngFromSeed(5));
  const { shards } = await savedLayers(model);
  const tensor = (layer: string): unknown => ({
    class_name: '__keras_tensor__',
    config: { shape: [null, 6, 6, 3], dtype: 'float32', keras_history: [layer, 0, 0] },
  });
  const layer = (kind: string, name: string, config: object, args: readonly unknown[]): unknown => ({
    module: 'keras.layers',
    class_name: kind,
    registered_name: null,
    name,
    config: { name, dtype: { class_name: 'DTypePolicy', config: { name: 'float32' } }, ...config },
    build_config: {},
    inbound_nodes: args.length === 0 ? [] : [{ args, kwargs: {} }],
  });
  const json = {
    format: 'layers-model',
    modelTopology: {
      keras_version: '3.8.0',
      model_config: {
        class_name: 'Functional',
        config: {
          name: 'functional',
          layers: [
            layer('InputLayer', 'start', { batch_shape: [null, 6, 6, 3] }, []),
            layer('Conv2D', 'conv', { filters: 3, padding: 'same', strides: [1, 1], activation: 'linear' }, [
              tensor('start'),
            ]),
            layer('Add', 'sum', {}, [[tensor('start'), tensor('conv')]]),
          ],
          input_layers: [['start', 0, 0]],
          output_layers: [['sum', 0, 0]],
        },
      },
    },
    weightsManifest: [
      {
        paths: ['w.bin'],
        weights: [
          { name: 'functional/conv_1/kernel', shape: [3, 3, 3, 3], dtype: 'float32' },
          { name: 'functional/conv_1/bias', shape: [3], dtype: 'float32' },
        ],
      },
    ],
  };
  expect(await worstError(model, { json, shards })).toBeLessThan(rounding);
  model.dispose();
});

test.each([
  [
    'Lambda',
    'layer odd (Lambda): expected a layer class that can be read, found Lambda. It holds code: replace it by layers',
  ],
  ['TFOpLambda', 'It holds code: convert the model to a GraphModel'],
])('%s is refused, and says why', (kind, message) => {
  const config = [{ class_name: kind, config: { name: 'odd', batch_input_shape: [null, 4] } }];
  const json = {
    modelTopology: { class_name: 'Sequential', config },
    weightsManifest: [{ paths: [], weights: [] }],
  };
  expect(() => readModel({ json, shards: new Map() }, 'm')).toThrow(message);
});

test('a Sequential whose input shape nobody gave is refused', () => {
  const config = [{ class_name: 'Flatten', config: { name: 'flat' } }];
  const json = {
    modelTopology: { class_name: 'Sequential', config },
    weightsManifest: [{ paths: [], weights: [] }],
  };
  expect(() => readModel({ json, shards: new Map() }, 'm')).toThrow(
    'm, layer flat: expected an input shape of the Sequential model, found none. Build the model with an inputShape and save it again',
  );
});
