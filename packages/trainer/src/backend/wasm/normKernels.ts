// Knows batch normalisation on the wasm backend: in inference, and in training forward and all gradients at once.
import type { FusedBatchNormAttrs, TensorInfo } from '@tensorflow/tfjs-core';
import type { KernelCall } from './kernelCall.ts';
import { kernelsOf } from './kernels.ts';
import { addressOf, makeOutput } from './wasmBackend.ts';

/** What both kernels need to know: the term added to the variance, and whether ReLU follows. */
export interface NormAttrs {
  readonly epsilon: number;
  readonly relu: boolean;
}

/** `[y, mean, variance]` of `x` (`[…, c]`), `gamma` and `beta` (`[c]`). */
export function normTraining({
  inputs: { x, gamma, beta },
  attrs: { epsilon, relu },
  backend,
}: KernelCall<'x' | 'gamma' | 'beta', NormAttrs>): TensorInfo[] {
  const kernels = kernelsOf(backend);
  const channels = gamma.shape[0] as number;
  const { rows, perChunk, chunks } = split(x.shape, channels);
  const y = makeOutput(backend, x.shape);
  const mean = makeOutput(backend, gamma.shape);
  const variance = makeOutput(backend, gamma.shape);
  const [partials, scales] = kernels.workspace(chunks * 12 * channels, 4 * channels) as [number, number];
  const [xAt, yAt, meanAt, varianceAt] = [x, y, mean, variance].map((each) => addressOf(backend, each)) as [
    number,
    number,
    number,
    number,
  ];
  kernels.run('normMoments', chunks, 0, xAt, partials, rows, channels, perChunk);
  kernels.call.normStatistics(partials, chunks, rows, channels, perChunk, meanAt, varianceAt);
  kernels.call.normScales(varianceAt, addressOf(backend, gamma), channels, epsilon, scales);
  const betaAt = addressOf(backend, beta);
  kernels.run(
    'normApply',
    chunks,
    0,
    ...[xAt, yAt, meanAt, scales, betaAt, rows, channels, perChunk, Number(relu)],
  );
  return [y, mean, variance];
}

/** `y` of `x` (`[…, c]`) by given `mean` and `variance`, then `scale` and `offset` (`[c]` each): tfjs's FusedBatchNorm. */
export function fusedBatchNorm({
  inputs: { x, mean, variance, scale, offset },
  attrs: { varianceEpsilon },
  backend,
}: KernelCall<'x' | 'mean' | 'variance' | 'scale' | 'offset', FusedBatchNormAttrs>): TensorInfo {
  const kernels = kernelsOf(backend);
  const channels = mean.shape[0] as number;
  const { rows, perChunk, chunks } = split(x.shape, channels);
  const y = makeOutput(backend, x.shape);
  const [scales] = kernels.workspace(4 * channels) as [number];
  const at = (tensor: TensorInfo): number => addressOf(backend, tensor);
  kernels.call.normScales(at(variance), at(scale), channels, varianceEpsilon, scales);
  kernels.run(
    'normApply',
    chunks,
    0,
    ...[at(x), at(y), at(mean), scales, at(offset), rows, channels, perChunk, 0],
  );
  return y;
}

/** `[dx, dGamma, dBeta]` of `dy`, with what the forward kernel took and gave. */
export function normTrainingGrad({
  inputs: { dy, x, gamma, beta, mean, variance },
  attrs: { epsilon, relu },
  backend,
}: KernelCall<'dy' | 'x' | 'gamma' | 'beta' | 'mean' | 'variance', NormAttrs>): TensorInfo[] {
  const kernels = kernelsOf(backend);
  const channels = gamma.shape[0] as number;
  const { rows, perChunk, chunks } = split(x.shape, channels);
  const dx = makeOutput(backend, x.shape);
  const dGamma = makeOutput(backend, gamma.shape);
  const dBeta = makeOutput(backend, gamma.shape);
  const size = 4 * channels;
  const [partials, scales, shift, slope] = kernels.workspace(chunks * 2 * size, size, size, size) as [
    number,
    number,
    number,
    number,
  ];
  const at = (tensor: TensorInfo): number => addressOf(backend, tensor);
  kernels.call.normScales(at(variance), at(gamma), channels, epsilon, scales);
  kernels.run(
    'normGradSums',
    chunks,
    0,
    ...[at(x), at(dy), at(mean), scales, at(beta), partials, rows, channels, perChunk, Number(relu)],
  );
  kernels.call.normGradStatistics(
    ...[partials, chunks, rows, channels, at(variance), at(gamma), epsilon],
    ...[at(dGamma), at(dBeta), shift, slope],
  );
  kernels.run(
    'normGradInput',
    chunks,
    0,
    ...[at(x), at(dy), at(dx), at(mean), scales, at(beta), shift, slope],
    ...[rows, channels, perChunk, Number(relu)],
  );
  return [dx, dGamma, dBeta];
}

/**
 * Chunks of at most 64 KiB, which stay in the cache between the passes over them, and at most 1024 rows, which float32 sums
 * without losing digits.
 */
function split(
  shape: readonly number[],
  channels: number,
): { rows: number; perChunk: number; chunks: number } {
  const rows = shape.reduce((product, length) => product * length, 1) / channels;
  const perChunk = Math.min(1024, Math.max(16, Math.floor(16384 / channels)));
  return { rows, perChunk, chunks: Math.ceil(rows / perChunk) };
}
