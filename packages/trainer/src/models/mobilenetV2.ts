// Knows MobileNetV2: blocks that widen, filter each channel on its own, and narrow again, with shortcuts between the narrow ends.
import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import { batchNorm, conv, depthwise, pooledLogits, relu, sum } from './networkLayers.ts';

/** Widening, filters, number of blocks and first stride of the seven stages. */
const stages = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
] as const;

/** Sandler et al. 2018, table 2, width 1.0. Takes `[n, h, w, c]` images, gives logits, `[n, classes]`. */
export function mobilenetV2(image: SymbolicTensor, classes: number): SymbolicTensor {
  const stem = conv('stem_conv', image, { filters: 32, stride: 2 });
  let x = relu('stem_relu', batchNorm('stem_bn', stem), 6);
  let channels = 32;
  stages.forEach(([times, filters, count, firstStride], stage) => {
    for (let block = 0; block < count; block++) {
      const name = `stage${stage + 1}_block${block + 1}`;
      const stride = block === 0 ? firstStride : 1;
      const branch = narrowing(name, x, times * channels, filters, stride, times > 1);
      x = stride === 1 && channels === filters ? sum(`${name}_add`, x, branch) : branch;
      channels = filters;
    }
  });
  const last = conv('last_conv', x, { filters: 1280, size: 1 });
  return pooledLogits(relu('last_relu', batchNorm('last_bn', last), 6), classes);
}

function narrowing(
  name: string,
  input: SymbolicTensor,
  wide: number,
  filters: number,
  stride: number,
  widens: boolean,
): SymbolicTensor {
  let x = input;
  if (widens) {
    const widened = conv(`${name}_widen`, x, { filters: wide, size: 1 });
    x = relu(`${name}_relu1`, batchNorm(`${name}_bn1`, widened), 6);
  }
  x = relu(`${name}_relu2`, batchNorm(`${name}_bn2`, depthwise(`${name}_depthwise`, x, stride)), 6);
  return batchNorm(`${name}_bn3`, conv(`${name}_narrow`, x, { filters, size: 1 }));
}
