// Knows VGG-16 with batch norm: thirteen convolutions in a row, pooled five times.
import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import * as tfl from '@tensorflow/tfjs-layers';
import { apply, batchNorm, conv, dense, pooledLogits, relu } from './networkLayers.ts';

/** Filters of the convolutions between pools. */
const stages = [
  [64, 64],
  [128, 128],
  [256, 256, 256],
  [512, 512, 512],
  [512, 512, 512],
] as const;

/**
 * Simonyan and Zisserman 2014, configuration D, with batch norm behind each convolution. Takes `[n, h, w, c]` images and gives
 * logits, `[n, classes]`. Large images get the published head, two dense layers of 4096, but no dropout, which would not come
 * out the same when a run is resumed; images that the pools bring down to one pixel (32 and below) one dense layer, as is usual
 * for CIFAR.
 */
export function vgg16(image: SymbolicTensor, classes: number): SymbolicTensor {
  let x = image;
  stages.forEach((widths, stage) => {
    widths.forEach((filters, i) => {
      const name = `stage${stage + 1}`;
      const y = conv(`${name}_conv${i + 1}`, x, { filters, useBias: true });
      x = relu(`${name}_relu${i + 1}`, batchNorm(`${name}_bn${i + 1}`, y));
    });
    const name = `stage${stage + 1}_pool`;
    x = apply(tfl.layers.maxPooling2d({ name, poolSize: 2, strides: 2, padding: 'same' }), x);
  });
  const [, height, width] = x.shape;
  if (height === 1 && width === 1) return pooledLogits(x, classes);
  x = apply(tfl.layers.flatten({ name: 'flatten' }), x);
  x = relu('dense1_relu', dense('dense1', x, 4096));
  x = relu('dense2_relu', dense('dense2', x, 4096));
  return dense('logits', x, classes);
}
