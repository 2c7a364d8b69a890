// Knows the gradients of depthwise convolutions on the wasm backend.
import * as tf from '@tensorflow/tfjs-core';
import { type ConvInfo, shapeWords } from './convShape.ts';
import type { KernelCall } from './kernelCall.ts';
import { kernelsOf } from './kernels.ts';
import { addressOf, makeOutput } from './wasmBackend.ts';
import { sumCount } from './winogradConv.ts';

type Shape4 = [number, number, number, number];

/** `dx` of `dy` and `filter` (`[kh, kw, c, multiplier]`), `attrs.inputShape` given. */
export function depthwiseBackpropInput({
  inputs: { dy, filter },
  attrs,
  backend,
}: KernelCall<'dy' | 'filter', tf.DepthwiseConv2dNativeBackpropInputAttrs>): tf.TensorInfo {
  const info = depthwiseInfo(attrs.inputShape, filter.shape as Shape4, attrs);
  const dx = makeOutput(backend, info.inShape);
  const kernels = kernelsOf(backend);
  const [shape] = kernels.workspace(64) as [number];
  kernels.writeWords(shape, shapeWords(info, info.outChannels / info.inChannels));
  const [dyAt, filterAt, dxAt] = [dy, filter, dx].map((each) => addressOf(backend, each)) as [
    number,
    number,
    number,
  ];
  kernels.run('depthwiseInputGrad', info.batchSize, 0, shape, dyAt, filterAt, dxAt);
  return dx;
}

/** `dw` of `x` and `dy`, `attrs.filterShape` given. */
export function depthwiseBackpropFilter({
  inputs: { x, dy },
  attrs,
  backend,
}: KernelCall<'x' | 'dy', tf.DepthwiseConv2dNativeBackpropFilterAttrs>): tf.TensorInfo {
  const info = depthwiseInfo(x.shape as Shape4, attrs.filterShape, attrs);
  const dw = makeOutput(backend, attrs.filterShape);
  const kernels = kernelsOf(backend);
  const size = attrs.filterShape.reduce((product, length) => product * length, 1);
  const images = Math.ceil(info.batchSize / sumCount(4 * size, info.batchSize));
  const chunks = Math.ceil(info.batchSize / images);
  const [shape, sums] = kernels.workspace(64, 4 * size * chunks) as [number, number];
  kernels.writeWords(shape, shapeWords(info, info.outChannels / info.inChannels));
  kernels.run(
    'depthwiseFilterSums',
    chunks,
    0,
    ...[shape, addressOf(backend, x), addressOf(backend, dy), sums, info.batchSize, images],
  );
  kernels.call.addChunks(sums, chunks, size);
  kernels.copy(sums, addressOf(backend, dw), 4 * size);
  return dw;
}

function depthwiseInfo(
  inputShape: Shape4,
  filterShape: Shape4,
  attrs: Pick<
    tf.DepthwiseConv2dNativeBackpropInputAttrs,
    'strides' | 'dilations' | 'pad' | 'dimRoundingMode'
  >,
): ConvInfo {
  const { strides, dilations, pad, dimRoundingMode } = attrs;
  return tf.backend_util.computeConv2DInfo(
    inputShape,
    filterShape,
    strides,
    dilations,
    pad,
    dimRoundingMode,
    true,
  );
}
