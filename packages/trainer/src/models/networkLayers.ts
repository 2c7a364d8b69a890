// Knows the layers that all networks are built of, each a standard one that plain tfjs loads; kernels begin as zeros.
import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import * as tfl from '@tensorflow/tfjs-layers';

/** What a convolution is, besides its name; padding is SAME. */
export interface ConvShape {
  readonly filters: number;
  /** Height and width of the window; 3 by default. */
  readonly size?: number;
  readonly stride?: number;
  readonly useBias?: boolean;
}

/** A layer called on a value. */
export function apply(layer: tfl.layers.Layer, input: SymbolicTensor): SymbolicTensor {
  return layer.apply(input) as SymbolicTensor;
}

/** A convolution, without bias unless it is asked for. */
export function conv(name: string, input: SymbolicTensor, shape: ConvShape): SymbolicTensor {
  const { filters, size = 3, stride = 1, useBias = false } = shape;
  const layer = tfl.layers.conv2d({
    name,
    filters,
    kernelSize: size,
    strides: stride,
    padding: 'same',
    useBias,
    kernelInitializer: 'zeros',
  });
  return apply(layer, input);
}

/** A 3×3 filter for each channel on its own. */
export function depthwise(name: string, input: SymbolicTensor, stride: number): SymbolicTensor {
  const layer = tfl.layers.depthwiseConv2d({
    name,
    kernelSize: 3,
    strides: stride,
    padding: 'same',
    useBias: false,
    depthwiseInitializer: 'zeros',
  });
  return apply(layer, input);
}

/** Batch norm as the paper's code has it: PyTorch's momentum of 0.1 is tfjs's 0.9. */
export function batchNorm(name: string, input: SymbolicTensor): SymbolicTensor {
  return apply(tfl.layers.batchNormalization({ name, epsilon: 1e-5, momentum: 0.9 }), input);
}

/** ReLU, cut off at 6 where that is asked for. */
export function relu(name: string, input: SymbolicTensor, most?: 6): SymbolicTensor {
  const layer =
    most === undefined
      ? tfl.layers.activation({ name, activation: 'relu' })
      : tfl.layers.reLU({ name, maxValue: most });
  return apply(layer, input);
}

/** The sum of two values of one shape. */
export function sum(name: string, a: SymbolicTensor, b: SymbolicTensor): SymbolicTensor {
  return tfl.layers.add({ name }).apply([a, b]) as SymbolicTensor;
}

/** A dense layer. */
export function dense(name: string, input: SymbolicTensor, units: number): SymbolicTensor {
  const layer = tfl.layers.dense({ name, units, activation: 'linear', kernelInitializer: 'zeros' });
  return apply(layer, input);
}

/** The mean over height and width, then a dense layer without activation: logits, `[n, classes]`. */
export function pooledLogits(input: SymbolicTensor, classes: number): SymbolicTensor {
  return dense('logits', apply(tfl.layers.globalAveragePooling2d({ name: 'global_pool' }), input), classes);
}
