import { expect, test } from 'vitest';
import { float32Tensor } from '../tensor/hostTensor.ts';
import type { LayerCall } from './layerCall.ts';
import { layerWeights } from './layerWeights.ts';

const call = (kind: string, layer: string, config: object = {}): LayerCall => ({
  kind,
  layer,
  name: layer,
  config: { ...config },
  inputs: [],
});
const calls = [
  call('Conv2D', 'conv2d'),
  call('Conv2D', 'conv2d_1', { use_bias: false }),
  call('BatchNormalization', 'bn', { scale: false }),
];
const wanted = [
  'conv2d/kernel',
  'conv2d/bias',
  'conv2d_1/kernel',
  'bn/beta',
  'bn/moving_mean',
  'bn/moving_variance',
];

/** Which of the names each of the wanted weights has got. */
function found(names: readonly string[], of: readonly LayerCall[] = calls): Record<string, string> {
  const weights = new Map(names.map((name, i) => [name, float32Tensor([1], [i])]));
  const got = layerWeights(of, weights);
  return Object.fromEntries([...got].map(([key, { values }]) => [key, names[values[0] as number] as string]));
}

/** Every name given to the weight of the same place. */
function inOrder(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(wanted.map((key, i) => [key, names[i] as string]));
}

test.each([
  ['as tfjs and Keras 2 write them', wanted],
  ['with TensorFlow’s :0', wanted.map((name) => `${name}:0`)],
  ['behind the model’s name', wanted.map((name) => `sequential/${name}:0`)],
  ['with a counter behind each layer', wanted.map((name) => name.replace('/', '_1/'))],
  [
    'with a counter that is another layer’s name',
    [
      'conv2d_1/kernel',
      'conv2d_1/bias',
      'conv2d_1_1/kernel',
      ...wanted.slice(3).map((name) => name.replace('/', '_1/')),
    ],
  ],
  ['by number', ['conv2d/0', 'conv2d/1', 'conv2d_1/0', 'bn/0', 'bn/1', 'bn/2']],
  ['that tell nothing', wanted.map((_, i) => `ReadVariableOp_${i + 10}`)],
])('names %s', (_, names) => {
  expect(found(names)).toEqual(inOrder(names));
});

test('whatever else stands in the manifest is left out', () => {
  const names = ['seed_generator/seed_generator_state', ...wanted];
  expect(found(names)).toEqual(inOrder(wanted));
});

test('Keras 3 calls the kernel of a depthwise convolution plainly kernel', () => {
  const depthwise = call('DepthwiseConv2D', 'inner/dw', { use_bias: false });
  expect(found(['functional/dw/kernel'], [depthwise])).toEqual({
    'inner/dw/depthwise_kernel': 'functional/dw/kernel',
  });
});

test('a weight that is missing, and one that two layers would share, are refused by layer', () => {
  expect(() => found(wanted.slice(1))).toThrow(
    'layer conv2d (Conv2D): expected its weight conv2d/kernel in the manifest, found conv2d_1/kernel, another layer’s',
  );
  expect(() => found(wanted.filter((name) => name !== 'bn/beta'))).toThrow(
    'layer bn (BatchNormalization): expected its weight bn/beta in the manifest, found none',
  );
  expect(() => found(['a', 'b'])).toThrow(
    'layer conv2d (Conv2D): expected its weight conv2d/kernel in the manifest, found none',
  );
});
