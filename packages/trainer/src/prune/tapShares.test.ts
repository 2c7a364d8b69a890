import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, expect, test } from 'vitest';
import { chooseBackend } from '../backend/chooseBackend.ts';
import { tapShares } from './tapShares.ts';

beforeAll(async () => {
  await chooseBackend('cpu');
});

test.each([
  { side: [5, 7], kernelSize: [3, 3], strides: 1, padding: 'same' },
  { side: [6, 6], kernelSize: [3, 3], strides: 2, padding: 'same' },
  { side: [9, 4], kernelSize: [7, 2], strides: 2, padding: 'same' },
  { side: [8, 8], kernelSize: [3, 3], strides: 1, padding: 'same', dilationRate: 2 },
  { side: [6, 6], kernelSize: [3, 3], strides: 2, padding: 'valid' },
] as const)('%o: each tap sees the image as often as a convolution of ones says', ({ side, ...config }) => {
  const layer = tfl.layers.conv2d({ ...config, kernelSize: [...config.kernelSize], filters: 1 });
  const model = tfl.sequential({ layers: [tfl.layers.inputLayer({ inputShape: [...side, 1] }), layer] });
  const [kh, kw] = config.kernelSize;
  const found = tapShares(layer);
  expect(found).toHaveLength(kh * kw);
  const expected = Array.from({ length: kh * kw }, (_, tap) =>
    tf.tidy(() => {
      const one = tf.tensor4d(
        Float32Array.from({ length: kh * kw }, (_, i) => Number(i === tap)),
        [kh, kw, 1, 1],
      );
      const { strides } = config;
      const dilation = 'dilationRate' in config ? config.dilationRate : 1;
      const seen = tf.conv2d(
        tf.ones([1, ...side, 1]) as tf.Tensor4D,
        one,
        strides,
        config.padding,
        'NHWC',
        dilation,
      );
      return tf.mean(seen).dataSync()[0] as number;
    }),
  );
  // A float32 mean of at most 63 ones and zeros.
  found.forEach((share, tap) => {
    expect(Math.abs(share - (expected[tap] as number))).toBeLessThan(2 ** -22);
  });
  model.dispose();
});
