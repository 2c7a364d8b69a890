// Knows how a computation is made with the kernels for tfjs-node: on TensorFlow where it is there, and on a stand-in everywhere.
import * as tf from '@tensorflow/tfjs-core';
import { chooseBackend } from '../chooseBackend.ts';
import { installedAddon, installedFolder } from '../native/installedFolder.ts';
import { nativeHome, nativeLibraries, readNativeNote } from '../native/nativeHome.ts';
import { ownKernels } from '../ownKernels.ts';
import { registerTrainingKernels } from '../registerTrainingKernels.ts';
import type { TensorflowBackend } from '../tensorflow/tensorflowBackend.ts';
import { readResults } from './onBothBackends.ts';
import { standInTensorflow } from './standInTensorflow.ts';

/** The results of a computation, and TensorFlow's operations that our kernels called, each as often as it ran. */
export interface TensorflowResults {
  readonly values: readonly Float32Array[];
  readonly ran: readonly string[];
}

/** Something that plays TensorFlow; its tensors must be made inside the computation. */
export interface TensorflowPlayer {
  readonly name: string;
  run(compute: () => readonly tf.Tensor[]): Promise<TensorflowResults>;
}

/** The stand-in on the cpu backend, and TensorFlow itself where its addon is installed or was built. */
export function tensorflowPlayers(): readonly TensorflowPlayer[] {
  const folder = installedFolder(nativeLibraries.node);
  const installed = folder !== undefined && installedAddon(folder) !== undefined;
  const real = installed || readNativeNote(nativeHome('node')) !== undefined;
  return [
    { name: 'a stand-in', run: onStandIn },
    ...(real ? [{ name: 'TensorFlow itself', run: onTensorflow }] : []),
  ];
}

async function onTensorflow(compute: () => readonly tf.Tensor[]): Promise<TensorflowResults> {
  await chooseBackend('node');
  registerTrainingKernels();
  return record(tf.backend() as unknown as TensorflowBackend, compute);
}

async function onStandIn(compute: () => readonly tf.Tensor[]): Promise<TensorflowResults> {
  await chooseBackend('cpu');
  registerTrainingKernels();
  const names = Object.values(ownKernels);
  for (const kernelName of names) {
    const { kernelFunc } = tf.getKernel(kernelName, 'tensorflow');
    tf.registerKernel({ kernelName, backendName: 'cpu', kernelFunc });
  }
  const backend = tf.backend() as unknown as TensorflowBackend;
  Object.assign(backend, standInTensorflow);
  try {
    return record(backend, compute);
  } finally {
    for (const kernelName of names) tf.unregisterKernel(kernelName, 'cpu');
  }
}

type Run = (name: string, ...rest: unknown[]) => unknown;

/** Our kernels' operations, among the many that tfjs-node runs. */
const watched = new Set(['FusedBatchNormV3', 'FusedBatchNormGradV3', 'ReluGrad', 'Relu6Grad']);

function record(backend: TensorflowBackend, compute: () => readonly tf.Tensor[]): TensorflowResults {
  const ran: string[] = [];
  const plain = new Map<string, Run>();
  for (const method of ['executeSingleOutput', 'executeMultipleOutputs']) {
    const run = Reflect.get(backend, method) as Run;
    plain.set(method, run);
    const recording: Run = (name, ...rest) => {
      if (watched.has(name)) ran.push(name);
      return run.call(backend, name, ...rest);
    };
    Reflect.set(backend, method, recording);
  }
  try {
    return { values: readResults(compute), ran };
  } finally {
    for (const [method, run] of plain) Reflect.set(backend, method, run);
  }
}
