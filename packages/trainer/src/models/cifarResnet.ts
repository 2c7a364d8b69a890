// Knows the residual networks for small images: 6n + 2 layers, shortcuts without parameters (option A).
import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import * as tfl from '@tensorflow/tfjs-layers';
import { apply, batchNorm, conv, pooledLogits, relu, sum } from './networkLayers.ts';

/** Filters of the three stages. */
const widths = [16, 32, 64] as const;

/**
 * The network with `6 · blocks + 2` layers for `[n, h, w, c]` images; its output is logits, `[n, classes]`, no softmax.
 *
 * Convolutions are 3×3 without bias, padded SAME (at stride 2 on an even side that is one row below and none above, where
 * the paper's code has one above). A shortcut that changes shape takes every second pixel and appends channels of zeros
 * behind those it has.
 */
export function cifarResnet(blocks: number, image: SymbolicTensor, classes: number): SymbolicTensor {
  let x = relu('stem_relu', batchNorm('stem_bn', conv('stem_conv', image, { filters: widths[0] })));
  let channels: number = widths[0];
  widths.forEach((filters, stage) => {
    for (let block = 0; block < blocks; block++) {
      const stride = stage > 0 && block === 0 ? 2 : 1;
      x = residualBlock(`stage${stage + 1}_block${block + 1}`, x, channels, filters, stride);
      channels = filters;
    }
  });
  return pooledLogits(x, classes);
}

function residualBlock(
  name: string,
  input: SymbolicTensor,
  channels: number,
  filters: number,
  stride: number,
): SymbolicTensor {
  let x = relu(`${name}_relu1`, batchNorm(`${name}_bn1`, conv(`${name}_conv1`, input, { filters, stride })));
  x = batchNorm(`${name}_bn2`, conv(`${name}_conv2`, x, { filters }));
  const skipped =
    stride === 1 && channels === filters ? input : shortcut(name, input, stride, filters - channels);
  return relu(`${name}_relu2`, sum(`${name}_add`, skipped, x));
}

/** Every `stride`-th pixel, then `extra` channels of zeros behind; padding works on rows and columns, so channels take the place of columns meanwhile. */
function shortcut(name: string, input: SymbolicTensor, stride: number, extra: number): SymbolicTensor {
  const pool = tfl.layers.averagePooling2d({
    name: `${name}_shortcut_pool`,
    poolSize: 1,
    strides: stride,
    padding: 'valid',
  });
  const turn = tfl.layers.permute({ name: `${name}_shortcut_turn`, dims: [1, 3, 2] });
  const pad = tfl.layers.zeroPadding2d({
    name: `${name}_shortcut_pad`,
    padding: [
      [0, 0],
      [0, extra],
    ],
  });
  const turnBack = tfl.layers.permute({ name: `${name}_shortcut_turn_back`, dims: [1, 3, 2] });
  return [pool, turn, pad, turnBack].reduce((x, layer) => apply(layer, x), input);
}
