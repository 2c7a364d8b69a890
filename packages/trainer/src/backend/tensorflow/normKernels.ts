// Knows batch normalisation in training by TensorFlow's fused operations, which cuDNN and oneDNN speed up.
import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { floatType, type KernelCall, type OpAttribute, type TensorflowBackend } from './tensorflowBackend.ts';

interface NormAttrs {
  readonly epsilon: number;
  readonly relu: boolean;
}

/**
 * `[y, mean, variance, …kept]` of `x` (`[…, c]`), `gamma` and `beta` (`[c]`); what is kept is for the gradient alone: with
 * ReLU `y` itself, then three tensors of TensorFlow's own.
 */
export function normTraining({
  inputs: { x, gamma, beta },
  attrs: { epsilon, relu },
  backend,
}: KernelCall<'x' | 'gamma' | 'beta', NormAttrs>): Tensor[] {
  return tf.tidy(() => {
    const none = tf.tensor1d([]);
    const inputs = [asPictures(x), gamma, beta, none, none];
    const [normalized, mean, unbiased, ...reserve] = backend.executeMultipleOutputs(
      'FusedBatchNormV3',
      normAttributes(backend, epsilon),
      inputs,
      6,
    ) as [Tensor, Tensor, Tensor, ...Tensor[]];
    const shaped = asShape(normalized, x.shape);
    const y = relu ? tf.relu(shaped) : shaped;
    // TensorFlow divides the squares by one less than their number, as for a moving average.
    const count = x.shape.slice(0, -1).reduce((product, length) => product * length, 1);
    const variance = tf.mul(unbiased, Math.max(1, count - 1) / count);
    return [y, mean, variance, ...(relu ? [tf.clone(y)] : []), ...reserve];
  });
}

/** `[dx, dGamma, dBeta]` of `dy`, with what the forward kernel took and kept. */
export function normTrainingGrad({
  inputs,
  attrs: { epsilon, relu },
  backend,
}: KernelCall<'dy' | 'x' | 'gamma' | `kept${number}`, NormAttrs>): Tensor[] {
  const { dy, x, gamma } = inputs;
  return tf.tidy(() => {
    const kept = (i: number): TensorInfo => inputs[`kept${i}`] as TensorInfo;
    const [slope, first] = relu
      ? [backend.executeSingleOutput('ReluGrad', [floatType(backend)], [dy, kept(0)]), 1]
      : [dy, 0];
    const [dx, dGamma, dBeta] = backend.executeMultipleOutputs(
      'FusedBatchNormGradV3',
      normAttributes(backend, epsilon),
      [asPictures(slope), asPictures(x), gamma, kept(first), kept(first + 1), kept(first + 2)],
      5,
    ) as [Tensor, Tensor, Tensor, ...Tensor[]];
    return [asShape(dx, x.shape), dGamma, dBeta];
  });
}

function normAttributes(backend: TensorflowBackend, epsilon: number): OpAttribute[] {
  const { binding } = backend;
  return [
    floatType(backend),
    floatType(backend, 'U'),
    { name: 'epsilon', type: binding.TF_ATTR_FLOAT, value: epsilon },
    { name: 'data_format', type: binding.TF_ATTR_STRING, value: 'NHWC' },
    { name: 'is_training', type: binding.TF_ATTR_BOOL, value: true },
  ];
}

/** `[…, c]` as `[n, 1, 1, c]`, or as it is where it is pictures already: the fused operations take nothing else. */
function asPictures(x: TensorInfo): Tensor {
  return x.shape.length === 4 ? (x as Tensor) : asShape(x as Tensor, [-1, 1, 1, x.shape.at(-1) as number]);
}

/** A reshape that changes nothing would still be an operation. */
function asShape(x: Tensor, shape: readonly number[]): Tensor {
  return tf.util.arraysEqual(x.shape, [...shape]) ? x : tf.reshape(x, [...shape]);
}
