// Knows MobileNetV1: each block a filter for every channel on its own, then a 1×1 convolution.
import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import { batchNorm, conv, depthwise, pooledLogits, relu } from './networkLayers.ts';

/** Filters and stride of the thirteen blocks. */
const blocks = [
  [64, 1],
  [128, 2],
  [128, 1],
  [256, 2],
  [256, 1],
  [512, 2],
  [512, 1],
  [512, 1],
  [512, 1],
  [512, 1],
  [512, 1],
  [1024, 2],
  [1024, 1],
] as const;

/** Howard et al. 2017, table 1, width 1.0, with ReLU as in the paper. Takes `[n, h, w, c]` images, gives logits, `[n, classes]`. */
export function mobilenetV1(image: SymbolicTensor, classes: number): SymbolicTensor {
  let x = relu('stem_relu', batchNorm('stem_bn', conv('stem_conv', image, { filters: 32, stride: 2 })));
  blocks.forEach(([filters, stride], i) => {
    const name = `block${i + 1}`;
    x = relu(`${name}_relu1`, batchNorm(`${name}_bn1`, depthwise(`${name}_depthwise`, x, stride)));
    x = relu(`${name}_relu2`, batchNorm(`${name}_bn2`, conv(`${name}_conv`, x, { filters, size: 1 })));
  });
  return pooledLogits(x, classes);
}
