import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { largestError, noise, onBothBackends } from '../testing/onBothBackends.ts';

type Four = [number, number, number, number];
type Pad = 'same' | 'valid' | [[0, 0], [number, number], [number, number], [0, 0]];

interface Case {
  readonly x: Four;
  readonly filter: Four;
  readonly strides?: number | [number, number];
  readonly pad?: Pad;
}

/** Forward convolution and both gradients, as tfjs's own gradient of conv2d asks for them. */
function convolve({ x, filter, strides = 1, pad = 'same' }: Case): tf.Tensor[] {
  const conv = (a: tf.Tensor4D, b: tf.Tensor4D): tf.Tensor4D => tf.conv2d(a, b, strides, pad as 'same');
  const [a, b] = [noise(x, 1), noise(filter, 2)];
  const y = conv(a, b);
  const [dx, dw] = tf.grads((p, q) => conv(p as tf.Tensor4D, q as tf.Tensor4D))([a, b], noise(y.shape, 3));
  return [y, dx as tf.Tensor, dw as tf.Tensor];
}

// Sums of up to a few thousand products of numbers below 1 in float32, in another order: 2e-6 of the largest. Winograd's
// transforms multiply by up to 5 twice on the way in and by up to 8 twice on the way out.
const tolerance = { unrolled: 2e-6, winograd: 1e-5 };

const winograd: Record<string, Case> = {
  'same, whole tiles': { x: [2, 8, 8, 16], filter: [3, 3, 16, 16] },
  'same, cut tiles, odd channels': { x: [3, 9, 7, 5], filter: [3, 3, 5, 11] },
  'three channels in': { x: [2, 12, 12, 3], filter: [3, 3, 3, 8] },
  'many channels': { x: [1, 8, 8, 68], filter: [3, 3, 68, 64] },
  valid: { x: [2, 10, 11, 8], filter: [3, 3, 8, 12], pad: 'valid' },
  'padded unevenly': {
    x: [2, 7, 9, 8],
    filter: [3, 3, 8, 8],
    pad: [
      [0, 0],
      [2, 1],
      [0, 2],
      [0, 0],
    ],
  },
  'more images than chunks': { x: [19, 5, 8, 4], filter: [3, 3, 4, 4] },
};

const unrolled: Record<string, Case> = {
  '3x3, stride 2, same': { x: [2, 9, 8, 6], filter: [3, 3, 6, 10], strides: 2 },
  '3x3, stride 2, whole vectors': { x: [5, 8, 8, 16], filter: [3, 3, 16, 32], strides: 2 },
  '3x3, stride 3, valid': { x: [2, 11, 13, 4], filter: [3, 3, 4, 8], strides: 3, pad: 'valid' },
  '3x3, stride 1 by 2': { x: [2, 7, 8, 5], filter: [3, 3, 5, 5], strides: [1, 2] },
  '3x3 of one channel': { x: [2, 8, 8, 1], filter: [3, 3, 1, 4] },
  '3x3 on two pixels': { x: [4, 2, 2, 8], filter: [3, 3, 8, 8] },
  '5x5, same': { x: [2, 9, 9, 3], filter: [5, 5, 3, 7] },
  '5x5, stride 2, valid': { x: [2, 9, 10, 4], filter: [5, 5, 4, 6], strides: 2, pad: 'valid' },
  '1x1': { x: [3, 6, 5, 16], filter: [1, 1, 16, 24] },
  '1x1, odd channels': { x: [3, 6, 5, 7], filter: [1, 1, 7, 9] },
  '1x1, stride 2': { x: [3, 7, 7, 8], filter: [1, 1, 8, 16], strides: 2 },
  '2x4, same': { x: [2, 6, 7, 4], filter: [2, 4, 4, 5] },
  '7x7, stride 2, padded by 3': {
    x: [1, 16, 16, 3],
    filter: [7, 7, 3, 8],
    strides: 2,
    pad: [
      [0, 0],
      [3, 3],
      [3, 3],
      [0, 0],
    ],
  },
};

for (const [form, cases] of Object.entries({ winograd, unrolled })) {
  test.each(Object.entries(cases))(`${form}: %s`, async (_, each) => {
    const { wasm, cpu, ran } = await onBothBackends(() => convolve(each));
    expect(ran).toEqual(
      form === 'winograd'
        ? ['winogradConv', 'winogradConv', 'winogradConv', 'winogradFilterSums']
        : ['unrolledConv', 'unrolledConv', 'unrolledInputGrad', 'unrolledFilterSums'],
    );
    for (const i of [0, 1, 2]) {
      const error = largestError(wasm[i] as Float32Array, cpu[i] as Float32Array);
      expect(error).toBeLessThan(tolerance[form as 'winograd' | 'unrolled']);
    }
  });
}

test('a dilated convolution', async () => {
  const { wasm, cpu, ran } = await onBothBackends(() => [
    tf.conv2d(noise([2, 9, 10, 6], 1), noise([3, 3, 6, 8], 2), 1, 'same', 'NHWC', 2),
    tf.conv2d(noise([2, 9, 10, 6], 1), noise([3, 3, 6, 8], 2), 1, 'valid', 'NHWC', [1, 3]),
  ]);
  expect(ran).toEqual(['unrolledConv', 'unrolledConv']);
  for (const i of [0, 1]) {
    expect(largestError(wasm[i] as Float32Array, cpu[i] as Float32Array)).toBeLessThan(tolerance.unrolled);
  }
});

test('a fused convolution with bias and ReLU stays with the backend, a plain one comes here', async () => {
  const x: Four = [2, 8, 8, 4];
  const { wasm, cpu, ran } = await onBothBackends(() => [
    tf.fused.conv2d({ x: noise(x, 1), filter: noise([3, 3, 4, 8], 2), strides: 1, pad: 'same' }),
    tf.fused.conv2d({
      x: noise(x, 1),
      filter: noise([3, 3, 4, 8], 2),
      strides: 1,
      pad: 'same',
      bias: noise([8], 3),
      activation: 'relu',
    }),
  ]);
  expect(ran).toEqual(['winogradConv']);
  for (const i of [0, 1]) {
    expect(largestError(wasm[i] as Float32Array, cpu[i] as Float32Array)).toBeLessThan(tolerance.winograd);
  }
});
