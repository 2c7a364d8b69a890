// Knows the gradients of pooling on the wasm backend.
import * as tf from '@tensorflow/tfjs-core';
import { shapeWords } from './convShape.ts';
import type { KernelCall } from './kernelCall.ts';
import { kernelsOf } from './kernels.ts';
import { addressOf, makeOutput } from './wasmBackend.ts';

type Shape4 = [number, number, number, number];

/** `dx` of `dy`, with the pooled `input` for its shape; padding counts in the divisor, as in tfjs's other backends. */
export function averagePoolGrad({
  inputs: { dy, input },
  attrs: { filterSize, strides, pad },
  backend,
}: KernelCall<'dy' | 'input', tf.AvgPoolGradAttrs>): tf.TensorInfo {
  const info = tf.backend_util.computePool2DInfo(input.shape as Shape4, filterSize, strides, 1, pad);
  const dx = makeOutput(backend, input.shape);
  const kernels = kernelsOf(backend);
  const [shape] = kernels.workspace(64) as [number];
  kernels.writeWords(shape, shapeWords(info, 1));
  const [dyAt, dxAt] = [addressOf(backend, dy), addressOf(backend, dx)];
  kernels.run('averagePoolGrad', info.batchSize, 0, shape, dyAt, dxAt);
  return dx;
}

/** `dx` of `dy`, with the pooled `input`; tfjs's own kernel on wasm loses windows whose numbers are all negative. */
export function maxPoolGrad({
  inputs: { dy, input },
  attrs: { filterSize, strides, pad, dimRoundingMode },
  backend,
}: KernelCall<'dy' | 'input', tf.MaxPoolGradAttrs>): tf.TensorInfo {
  const info = tf.backend_util.computePool2DInfo(
    input.shape as Shape4,
    filterSize,
    strides,
    1,
    pad,
    dimRoundingMode,
  );
  const dx = makeOutput(backend, input.shape);
  const kernels = kernelsOf(backend);
  const [shape] = kernels.workspace(64) as [number];
  kernels.writeWords(shape, shapeWords(info, 1));
  const addresses = [input, dy, dx].map((each) => addressOf(backend, each));
  kernels.run('maxPoolGrad', info.batchSize, 0, shape, ...addresses);
  return dx;
}
