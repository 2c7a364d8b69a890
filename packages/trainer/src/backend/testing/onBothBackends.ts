// Knows how a computation is made on the wasm backend with our kernels and on the cpu backend, for tests to compare.
import * as tf from '@tensorflow/tfjs-core';
import { chooseBackend } from '../chooseBackend.ts';
import { registerTrainingKernels } from '../registerTrainingKernels.ts';
import type { SharedKernel } from '../wasm/kernelExports.ts';
import { type Kernels, kernelsOf } from '../wasm/kernels.ts';
import type { WasmBackend } from '../wasm/wasmBackend.ts';

/** What the two backends gave, and which of our kernels that share their work ran on wasm. */
export interface BothResults {
  readonly wasm: readonly Float32Array[];
  readonly cpu: readonly Float32Array[];
  readonly ran: readonly SharedKernel[];
}

/** Makes the computation on both backends; its tensors must be made inside, from the same numbers. */
export async function onBothBackends(compute: () => readonly tf.Tensor[]): Promise<BothResults> {
  await chooseBackend('cpu');
  const cpu = readResults(compute);
  await chooseBackend('wasm', { threads: 2 });
  registerTrainingKernels();
  const ran: SharedKernel[] = [];
  const kernels = kernelsOf(tf.backend() as unknown as WasmBackend) as { run: Kernels['run'] };
  const { run } = kernels;
  kernels.run = (name, ...rest) => {
    ran.push(name);
    run(name, ...rest);
  };
  try {
    return { cpu, wasm: readResults(compute), ran };
  } finally {
    kernels.run = run;
  }
}

/** The largest difference of two results, over the largest absolute value of the second; infinite where either is no number. */
export function largestError(ours: ArrayLike<number>, reference: ArrayLike<number>): number {
  if (ours.length !== reference.length) return Number.POSITIVE_INFINITY;
  let [difference, largest] = [0, 0];
  for (let i = 0; i < reference.length; i++) {
    const each = Math.abs((ours[i] as number) - (reference[i] as number));
    if (!(each < Number.POSITIVE_INFINITY)) return Number.POSITIVE_INFINITY;
    difference = Math.max(difference, each);
    largest = Math.max(largest, Math.abs(reference[i] as number));
  }
  return difference === 0 ? 0 : difference / largest;
}

/** A tensor of numbers between -1 and 1 that depend on the shape and the seed alone; its rank is that of the shape. */
export function noise<const S extends readonly number[]>(shape: S, seed: number): tf.Tensor<RankOf<S>> {
  const values = noiseValues(tf.util.sizeFromShape([...shape]), seed);
  return tf.tensor(values, [...shape] as number[] as never);
}

type RankOf<S extends readonly number[]> = S['length'] extends 1
  ? tf.Rank.R1
  : S['length'] extends 2
    ? tf.Rank.R2
    : S['length'] extends 3
      ? tf.Rank.R3
      : tf.Rank.R4;

/** Numbers between -1 and 1. */
export function noiseValues(size: number, seed: number): Float32Array {
  const values = new Float32Array(size);
  let state = (seed * 2654435761 + 1) >>> 0;
  for (let i = 0; i < size; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    values[i] = state / 2 ** 31 - 1;
  }
  return values;
}

/** The numbers that a computation gives on the current backend; throws where it leaves a tensor behind. */
export function readResults(compute: () => readonly tf.Tensor[]): Float32Array[] {
  const before = tf.memory().numTensors;
  const values = tf.tidy(() => compute().map((tensor) => tensor.dataSync<'float32'>().slice()) as never);
  const left = tf.memory().numTensors - before;
  if (left !== 0) throw new Error(`${left} tensors are left on ${tf.getBackend()}`);
  return values;
}
