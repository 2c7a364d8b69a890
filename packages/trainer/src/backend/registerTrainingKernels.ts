// Knows which kernels tfjs's backends lack for training, or have too slow, and registers ours in their place.
import * as tf from '@tensorflow/tfjs-core';
// Loading tfjs-layers is what registers tfjs-core's gradients; some of them are replaced here.
import '@tensorflow/tfjs-layers';
import { ownKernels } from './ownKernels.ts';
import * as tensorflow from './tensorflow/normKernels.ts';
import { reluGrad as tensorflowReluGrad } from './tensorflow/reluGradKernel.ts';
import { conv2D, conv2DBackpropFilter, conv2DBackpropInput } from './wasm/convKernels.ts';
import { depthwiseBackpropFilter, depthwiseBackpropInput } from './wasm/depthwiseKernels.ts';
import { addSameShape, relu, relu6, reluGrad } from './wasm/elementwiseKernels.ts';
import { share, slice } from './wasm/movementKernels.ts';
import { fusedBatchNorm, normTraining, normTrainingGrad } from './wasm/normKernels.ts';
import { averagePoolGrad, maxPoolGrad } from './wasm/poolKernels.ts';

/** A kernel as the registry keeps it: what it takes is known by its name alone. */
type AnyKernel = (call: never) => unknown;

/**
 * Registers the kernels and gradients that training needs on the wasm and tensorflow backends, whether they are loaded yet
 * or not; other backends stay as they are. A second call changes nothing.
 */
export function registerTrainingKernels(): void {
  if (tf.getKernel(ownKernels.normTraining, 'wasm')) return;
  replace('Conv2D', conv2D, ({ attrs }) => attrs['dataFormat'] !== 'NCHW');
  replace('FusedConv2D', conv2D, isPlainConv);
  replace('Conv2DBackpropInput', conv2DBackpropInput, ({ attrs }) => attrs['dataFormat'] !== 'NCHW');
  replace('Conv2DBackpropFilter', conv2DBackpropFilter);
  replace('DepthwiseConv2dNativeBackpropInput', depthwiseBackpropInput);
  replace('DepthwiseConv2dNativeBackpropFilter', depthwiseBackpropFilter);
  replace('FusedBatchNorm', fusedBatchNorm, normalizesChannels);
  replace('Relu', relu, ({ inputs }) => inputs['x']?.dtype === 'float32');
  replace('Relu6', relu6, ({ inputs }) => inputs['x']?.dtype === 'float32');
  replace('Identity', share, ({ inputs }) => inputs['x']?.dtype !== 'string');
  replace(
    'Cast',
    share,
    ({ inputs, attrs }) => inputs['x']?.dtype === attrs['dtype'] && attrs['dtype'] !== 'string',
  );
  replace('Slice', slice, ({ inputs: { x } }) => x?.dtype === 'float32' && x.shape.length <= 4);
  replace('AvgPoolGrad', averagePoolGrad);
  replace('MaxPoolGrad', maxPoolGrad);
  replace('Add', addSameShape, addsSameShape);
  replace(ownKernels.reluGrad, reluGrad);
  replace(ownKernels.normTraining, normTraining);
  replace(ownKernels.normTrainingGrad, normTrainingGrad);
  register(ownKernels.reluGrad, 'tensorflow', tensorflowReluGrad);
  register(ownKernels.normTraining, 'tensorflow', tensorflow.normTraining);
  register(ownKernels.normTrainingGrad, 'tensorflow', tensorflow.normTrainingGrad);
  registerReluGradient('Relu', Number.POSITIVE_INFINITY);
  registerReluGradient('Relu6', 6);
}

interface Call {
  readonly inputs: tf.NamedTensorInfoMap;
  readonly attrs: Readonly<Record<string, unknown>>;
}

/** Puts a kernel of ours before the backend's own, which still serves the calls that ours does not. */
function replace(kernelName: string, ours: AnyKernel, serves: (call: Call) => boolean = () => true): void {
  const theirs = tf.getKernel(kernelName, 'wasm');
  const call = ours as unknown as tf.KernelFunc;
  const kernelFunc: tf.KernelFunc = theirs
    ? (args) => (serves(args as unknown as Call) ? call(args) : theirs.kernelFunc(args))
    : call;
  if (theirs) tf.unregisterKernel(kernelName, 'wasm');
  tf.registerKernel({ ...theirs, kernelName, backendName: 'wasm', kernelFunc });
}

function register(kernelName: string, backendName: string, kernel: AnyKernel): void {
  tf.registerKernel({ kernelName, backendName, kernelFunc: kernel as unknown as tf.KernelFunc });
}

/** FusedConv2D is also what a convolution without bias and activation becomes. */
function isPlainConv({ inputs, attrs }: Call): boolean {
  const { activation, dataFormat } = attrs;
  return (
    inputs['bias'] === undefined &&
    inputs['preluActivationWeights'] === undefined &&
    (activation === undefined || activation === null || activation === 'linear') &&
    dataFormat !== 'NCHW'
  );
}

/** Every vector given, one number a channel. */
function normalizesChannels({ inputs: { x, mean, variance, scale, offset } }: Call): boolean {
  const vectors = [mean, variance, scale, offset];
  return vectors.every((each) => each?.shape.length === 1 && each.shape[0] === x?.shape.at(-1));
}

function addsSameShape({ inputs: { a, b } }: Call): boolean {
  return a?.dtype === 'float32' && b?.dtype === 'float32' && tf.util.arraysEqual(a.shape, b.shape);
}

/** Gives ReLU its gradient in one kernel where the backend has that; elsewhere the gradient that tfjs-core registered stays. */
function registerReluGradient(kernelName: 'Relu' | 'Relu6', top: number): void {
  const general = tf.getGradient(kernelName);
  tf.registerGradient({
    ...general,
    kernelName,
    gradFunc: (dy, saved, attrs) => {
      const [x] = saved;
      if (!tf.getKernel(ownKernels.reluGrad, tf.getBackend()) || x === undefined || Array.isArray(dy)) {
        return general.gradFunc(dy, saved, attrs);
      }
      return { x: () => tf.engine().runKernel(ownKernels.reluGrad, { dy, x }, { top }) as tf.Tensor };
    },
  });
}
