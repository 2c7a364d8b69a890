// Knows the residual networks for small images: 6n + 2 layers, shortcuts without parameters (option A).
import { float32Tensor, type HostTensor, type Rng, sizeOf } from '@asfp/core';
import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import * as tfl from '@tensorflow/tfjs-layers';
import { modelVariables, writeVariables } from '../bridge/modelWeights.ts';

/** What a network is built for. */
export interface NetworkShape {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly classes: number;
}

/** Filters of the three stages. */
const widths = [16, 32, 64] as const;

/**
 * The network with `6 · blocks + 2` layers for `[n, h, w, c]` images; its output is logits, `[n, classes]`, no softmax.
 *
 * Convolutions are 3×3 without bias, padded SAME (at stride 2 on an even side that is one row below and none above, where
 * the paper's code has one above). A shortcut that changes shape takes every second pixel and appends channels of zeros
 * behind those it has, all in layers that plain tfjs can load. Weights are drawn from the generator alone: convolutions
 * from N(0, √(2 / (kh · kw · out))), the dense kernel uniformly within ±√(6 / in); biases 0, batch norm 1 and 0.
 */
export function cifarResnet(name: string, blocks: number, shape: NetworkShape, rng: Rng): tfl.LayersModel {
  const input = tfl.input({ shape: [shape.height, shape.width, shape.channels], name: 'image' });
  let x = relu('stem_relu', batchNorm('stem_bn', conv('stem_conv', input, widths[0], 1)));
  let channels: number = widths[0];
  widths.forEach((filters, stage) => {
    for (let block = 0; block < blocks; block++) {
      const stride = stage > 0 && block === 0 ? 2 : 1;
      x = residualBlock(`stage${stage + 1}_block${block + 1}`, x, channels, filters, stride);
      channels = filters;
    }
  });
  x = apply(tfl.layers.globalAveragePooling2d({ name: 'global_pool' }), x);
  x = apply(
    tfl.layers.dense({
      name: 'logits',
      units: shape.classes,
      activation: 'linear',
      kernelInitializer: 'zeros',
    }),
    x,
  );
  const model = tfl.model({ name, inputs: input, outputs: x });
  initialize(model, rng);
  return model;
}

function residualBlock(
  name: string,
  input: SymbolicTensor,
  channels: number,
  filters: number,
  stride: number,
): SymbolicTensor {
  let x = relu(`${name}_relu1`, batchNorm(`${name}_bn1`, conv(`${name}_conv1`, input, filters, stride)));
  x = batchNorm(`${name}_bn2`, conv(`${name}_conv2`, x, filters, 1));
  const skipped =
    stride === 1 && channels === filters ? input : shortcut(name, input, stride, filters - channels);
  return relu(`${name}_relu2`, tfl.layers.add({ name: `${name}_add` }).apply([skipped, x]) as SymbolicTensor);
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

function conv(name: string, input: SymbolicTensor, filters: number, stride: number): SymbolicTensor {
  const layer = tfl.layers.conv2d({
    name,
    filters,
    kernelSize: 3,
    strides: stride,
    padding: 'same',
    useBias: false,
    kernelInitializer: 'zeros',
  });
  return apply(layer, input);
}

function batchNorm(name: string, input: SymbolicTensor): SymbolicTensor {
  // PyTorch's momentum of 0.1 is tfjs's 0.9.
  return apply(tfl.layers.batchNormalization({ name, epsilon: 1e-5, momentum: 0.9 }), input);
}

function relu(name: string, input: SymbolicTensor): SymbolicTensor {
  return apply(tfl.layers.activation({ name, activation: 'relu' }), input);
}

function apply(layer: tfl.layers.Layer, input: SymbolicTensor): SymbolicTensor {
  return layer.apply(input) as SymbolicTensor;
}

/** Draws each kernel from a stream of its own name, so that no layer's numbers depend on another's. */
function initialize(model: tfl.LayersModel, rng: Rng): void {
  const values = new Map<string, HostTensor>();
  const kernels = modelVariables(model).filter(({ name }) => name.endsWith('/kernel'));
  for (const { name, variable } of kernels) {
    const own = rng.fork(name);
    const { shape } = variable;
    const draw = shape.length === 4 ? heNormal(shape, own) : kaimingUniform(shape, own);
    values.set(name, float32Tensor([...shape], Float32Array.from({ length: sizeOf(shape) }, draw)));
  }
  writeVariables(kernels, values);
}

function heNormal(shape: readonly number[], rng: Rng): () => number {
  const [kh = 1, kw = 1, , out = 1] = shape;
  const deviation = Math.sqrt(2 / (kh * kw * out));
  return () => deviation * rng.normal();
}

function kaimingUniform(shape: readonly number[], rng: Rng): () => number {
  const bound = Math.sqrt(6 / (shape[0] as number));
  return () => bound * (2 * rng.next() - 1);
}
