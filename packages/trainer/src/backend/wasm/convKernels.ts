// Knows tfjs's convolution kernels on the wasm backend: forward, and the two gradients.
import * as tf from '@tensorflow/tfjs-core';
import { type ConvInfo, suitsWinograd } from './convShape.ts';
import type { KernelCall } from './kernelCall.ts';
import { type Kernels, kernelsOf } from './kernels.ts';
import { unrolledFilterGrad, unrolledForward, unrolledInputGrad } from './unrolledConv.ts';
import { addressOf, makeOutput, type WasmBackend } from './wasmBackend.ts';
import { winogradFilterGrad, winogradForward, winogradInputGrad } from './winogradConv.ts';

type Shape4 = [number, number, number, number];
type Pass = (kernels: Kernels, info: ConvInfo, a: number, b: number, out: number) => void;

/** `y` of `x` and `filter`; also for FusedConv2D where nothing is fused. Channels last only. */
export function conv2D({
  inputs,
  attrs,
  backend,
}: KernelCall<'x' | 'filter', tf.Conv2DAttrs>): tf.TensorInfo {
  const { x, filter } = inputs;
  const { strides, dilations, pad, dimRoundingMode } = attrs;
  const info = tf.backend_util.computeConv2DInfo(
    x.shape as Shape4,
    filter.shape as Shape4,
    strides,
    dilations,
    pad,
    dimRoundingMode,
  );
  return run(backend, info, [winogradForward, unrolledForward], x, filter, info.outShape);
}

/** `dx` of `dy` and `filter`, `attrs.inputShape` given. */
export function conv2DBackpropInput(
  call: KernelCall<'dy' | 'filter', tf.Conv2DBackpropInputAttrs>,
): tf.TensorInfo {
  const { dy, filter } = call.inputs;
  const { strides, pad, dimRoundingMode, inputShape } = call.attrs;
  const shape = filter.shape as Shape4;
  const info = tf.backend_util.computeConv2DInfo(inputShape, shape, strides, 1, pad, dimRoundingMode);
  return run(call.backend, info, [winogradInputGrad, unrolledInputGrad], dy, filter, info.inShape);
}

/** `dw` of `x` and `dy`, `attrs.filterShape` given. */
export function conv2DBackpropFilter(
  call: KernelCall<'x' | 'dy', tf.Conv2DBackpropFilterAttrs>,
): tf.TensorInfo {
  const { x, dy } = call.inputs;
  const { strides, pad, dimRoundingMode, filterShape } = call.attrs;
  const shape = x.shape as Shape4;
  const info = tf.backend_util.computeConv2DInfo(shape, filterShape, strides, 1, pad, dimRoundingMode);
  return run(call.backend, info, [winogradFilterGrad, unrolledFilterGrad], x, dy, info.filterShape);
}

function run(
  backend: WasmBackend,
  info: ConvInfo,
  [winograd, unrolled]: readonly [Pass, Pass],
  a: tf.TensorInfo,
  b: tf.TensorInfo,
  shape: readonly number[],
): tf.TensorInfo {
  const out = makeOutput(backend, shape);
  const pass = suitsWinograd(info) ? winograd : unrolled;
  pass(kernelsOf(backend), info, addressOf(backend, a), addressOf(backend, b), addressOf(backend, out));
  return out;
}
