// Knows the gradient of ReLU and ReLU6 by TensorFlow's own operations.
import type { Tensor } from '@tensorflow/tfjs-core';
import { floatType, type KernelCall } from './tensorflowBackend.ts';

/** `dy` where `0 < x`, for a top of 6 also `x < 6`, else 0. */
export function reluGrad({
  inputs: { dy, x },
  attrs: { top },
  backend,
}: KernelCall<'dy' | 'x', { readonly top: number }>): Tensor {
  const name = top === 6 ? 'Relu6Grad' : 'ReluGrad';
  return backend.executeSingleOutput(name, [floatType(backend)], [dy, x]);
}
