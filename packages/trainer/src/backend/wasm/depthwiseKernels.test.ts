import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { largestError, noise, onBothBackends } from '../testing/onBothBackends.ts';

type Four = [number, number, number, number];

interface Case {
  readonly x: Four;
  readonly filter: Four;
  readonly strides?: number;
  readonly pad?: 'same' | 'valid';
}

const cases: Record<string, Case> = {
  'multiplier 1': { x: [3, 8, 8, 8], filter: [3, 3, 8, 1] },
  'multiplier 1, odd channels': { x: [2, 7, 9, 5], filter: [3, 3, 5, 1] },
  'multiplier 2': { x: [2, 7, 6, 4], filter: [3, 3, 4, 2] },
  'stride 2': { x: [2, 9, 8, 12], filter: [3, 3, 12, 1], strides: 2 },
  'stride 3, valid, multiplier 2': { x: [2, 11, 12, 3], filter: [3, 3, 3, 2], strides: 3, pad: 'valid' },
  '5x5, more images than chunks': { x: [11, 6, 6, 4], filter: [5, 5, 4, 1] },
};

test.each(Object.entries(cases))('%s', async (_, { x, filter, strides = 1, pad = 'same' }) => {
  const { wasm, cpu, ran } = await onBothBackends(() => {
    const conv = (a: tf.Tensor4D, b: tf.Tensor4D): tf.Tensor4D => tf.depthwiseConv2d(a, b, strides, pad);
    const [a, b] = [noise(x, 1), noise(filter, 2)];
    const dy = noise(conv(a, b).shape, 3);
    return tf.grads((p, q) => conv(p as tf.Tensor4D, q as tf.Tensor4D))([a, b], dy);
  });
  expect(ran).toEqual(['depthwiseInputGrad', 'depthwiseFilterSums']);
  // Sums of a few hundred products of numbers below 1 in float32.
  expect(largestError(wasm[0] as Float32Array, cpu[0] as Float32Array)).toBeLessThan(2e-6);
  expect(largestError(wasm[1] as Float32Array, cpu[1] as Float32Array)).toBeLessThan(2e-6);
});

test('a dilated convolution: the gradients are the adjoints of the forward pass', async () => {
  // The cpu backend's gradients leave the dilation out, so its forward pass is the reference: dy · y = dx · x = dw · w,
  // each equation linear in an x and a w that the gradients have not seen.
  const dilations: [number, number] = [2, 3];
  const attrs = { strides: [1, 1], dilations, pad: 'same', dimRoundingMode: undefined };
  const gradient = (name: string, inputs: tf.NamedTensorMap, shape: object): tf.Tensor =>
    tf.engine().runKernel(name, inputs, { ...attrs, ...shape } as unknown as tf.NamedAttrMap) as tf.Tensor;
  const dot = (a: tf.Tensor, b: tf.Tensor): tf.Tensor => tf.sum(tf.mul(a, b));
  const { wasm, cpu } = await onBothBackends(() => {
    const [x, filter, dy] = [noise([2, 8, 9, 4], 1), noise([3, 3, 4, 1], 2), noise([2, 8, 9, 4], 3)];
    if (tf.getBackend() === 'cpu') {
      return [dot(dy, tf.depthwiseConv2d(x, filter, 1, 'same', 'NHWC', dilations))];
    }
    const dx = gradient('DepthwiseConv2dNativeBackpropInput', { dy, filter }, { inputShape: x.shape });
    const dw = gradient('DepthwiseConv2dNativeBackpropFilter', { x, dy }, { filterShape: filter.shape });
    return [dot(dx, x), dot(dw, filter)];
  });
  const [[expected]] = cpu as [Float32Array];
  // Of 5000 products, each below 1.
  for (const [found] of wasm) expect(Math.abs((found as number) - (expected as number))).toBeLessThan(1e-4);
});
