// Knows cases of batch normalisation in training, and their results by its definition.
import * as tf from '@tensorflow/tfjs-core';
import { batchNormTraining } from '../batchNormTraining.ts';
import { largestError, noiseValues } from './onBothBackends.ts';

/** What is normalised: a shape, its last axis the channels. */
export interface NormCase {
  readonly shape: readonly number[];
  readonly relu: boolean;
  /** Added to every input. */
  readonly offset?: number;
}

const epsilon = 1e-3;

/** y, mean, variance, dx, dGamma, dBeta in float64, straight from the definition. */
export function normReference({ shape, relu, offset = 0 }: NormCase): Float64Array[] {
  const channels = shape.at(-1) as number;
  const [x, gamma, beta, dy] = numbers(shape, offset).map((values) => Float64Array.from(values)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const rows = x.length / channels;
  const [y, dx] = [new Float64Array(x.length), new Float64Array(x.length)];
  const perChannel = Array.from({ length: 4 }, () => new Float64Array(channels));
  const [mean, variance, dGamma, dBeta] = perChannel as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  for (let c = 0; c < channels; c++) {
    const at = Array.from({ length: rows }, (_, row) => row * channels + c);
    const average = (value: (i: number) => number): number => at.reduce((sum, i) => sum + value(i), 0) / rows;
    const m = average((i) => x[i] as number);
    const v = average((i) => ((x[i] as number) - m) ** 2);
    const inverse = 1 / Math.sqrt(v + epsilon);
    const normalized = (i: number): number => ((x[i] as number) - m) * inverse;
    const output = (i: number): number => (gamma[c] as number) * normalized(i) + (beta[c] as number);
    const g = (i: number): number => (relu && output(i) <= 0 ? 0 : (dy[i] as number));
    const [meanG, meanProduct] = [average(g), average((i) => g(i) * normalized(i))];
    for (const i of at) {
      y[i] = relu ? Math.max(0, output(i)) : output(i);
      dx[i] = (gamma[c] as number) * inverse * (g(i) - meanG - normalized(i) * meanProduct);
    }
    [mean[c], variance[c], dGamma[c], dBeta[c]] = [m, v, meanProduct * rows, meanG * rows];
  }
  return [y, mean, variance, dx, dGamma, dBeta];
}

/** x, gamma, beta, dy. */
function numbers(shape: readonly number[], offset: number): Float32Array[] {
  const [size, channels] = [tf.util.sizeFromShape([...shape]), shape.at(-1) as number];
  return [
    noiseValues(size, 1).map((value) => value + offset),
    noiseValues(channels, 2).map((value) => value + 1.5),
    noiseValues(channels, 3),
    noiseValues(size, 4),
  ];
}

/** The same six by batchNormTraining and its gradients. */
export function computeNorm({ shape, relu, offset = 0 }: NormCase): tf.Tensor[] {
  const [x, gamma, beta, dy] = numbers(shape, offset).map((values, i) =>
    i % 3 === 0 ? tf.tensor(values, [...shape]) : tf.tensor1d(values),
  ) as [tf.Tensor, tf.Tensor1D, tf.Tensor1D, tf.Tensor];
  const { y, mean, variance } = batchNormTraining(x, gamma, beta, { epsilon, relu });
  const gradients = tf.grads(
    (a, b, c) => batchNormTraining(a, b as tf.Tensor1D, c as tf.Tensor1D, { epsilon, relu }).y,
  )([x, gamma, beta], dy);
  return [y, mean, variance, ...gradients];
}

/** Shapes where a kernel may go wrong. */
export const normShapes: Readonly<Record<string, readonly number[]>> = {
  'whole vectors': [4, 6, 6, 16],
  'three channels': [2, 5, 7, 3],
  'twenty-one channels': [3, 4, 4, 21],
  'one channel, several chunks': [2, 100, 100, 1],
  'many channels, several chunks': [64, 3, 3, 68],
  'no picture': [40, 12],
};

/**
 * The largest error of the six results: y, mean, variance and dx by the largest number; dGamma and dBeta, sums that cancel out,
 * by how many numbers they sum.
 */
export function worstNormError(
  found: readonly Float32Array[],
  expected: readonly Float64Array[],
  rows: number,
): number {
  const errors = expected.map((values, i) => {
    const ours = found[i] as Float32Array;
    return i < 4 ? largestError(ours, values) : largestError([...ours, rows], [...values, rows]);
  });
  return Math.max(...errors);
}
