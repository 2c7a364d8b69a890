import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { chooseBackend } from './chooseBackend.ts';
import { registerTrainingKernels } from './registerTrainingKernels.ts';
import { largestError, onBothBackends } from './testing/onBothBackends.ts';
import { tensorflowPlayers } from './testing/onTensorflow.ts';
import { buildSmallNet, lossAndGradients, lossOf, variablesOf } from './testing/smallNet.ts';
import { useFusedBatchNorm } from './useFusedBatchNorm.ts';

test('the loss and every gradient of a residual net agree with the cpu backend', async () => {
  const { wasm, cpu, ran } = await onBothBackends(lossAndGradients);
  expect(new Set(ran)).toEqual(
    new Set([
      ...['winogradConv', 'winogradFilterSums', 'unrolledConv', 'unrolledFilterSums', 'unrolledInputGrad'],
      ...['normMoments', 'normApply', 'normGradSums', 'normGradInput', 'relu', 'reluGrad', 'add'],
      ...['averagePoolGrad', 'maxPoolGrad', 'depthwiseInputGrad', 'depthwiseFilterSums'],
    ]),
  );
  for (const [i, values] of cpu.entries()) {
    expect(largestError(wasm[i] as Float32Array, values)).toBeLessThan(1e-4);
  }
});

test.each(tensorflowPlayers())('the same on $name', async (player) => {
  const { cpu } = await onBothBackends(lossAndGradients);
  const { values, ran } = await player.run(lossAndGradients);
  const count = (name: string): number => ran.filter((each) => each === name).length;
  // Three of the ReLUs are taken in by the normalisation before them.
  expect([count('FusedBatchNormV3'), count('FusedBatchNormGradV3'), count('ReluGrad')]).toEqual([5, 5, 6]);
  for (const [i, expected] of cpu.entries()) {
    expect(largestError(values[i] as Float32Array, expected)).toBeLessThan(1e-4);
  }
});

test('twenty steps leave no tensor behind, let no memory grow, and learn', async () => {
  await chooseBackend('wasm', { threads: 2 });
  registerTrainingKernels();
  const model = buildSmallNet();
  useFusedBatchNorm(model);
  const optimizer = tf.train.momentum(0.05, 0.9, true);
  const step = (): number => {
    const value = optimizer.minimize(() => lossOf(model), true, variablesOf(model)) as tf.Scalar;
    const [number] = value.dataSync();
    value.dispose();
    return number as number;
  };
  const first = step();
  step();
  const measure = (): object => ({ ...tf.memory(), heap: heapBytes() });
  const before = measure();
  let last = first;
  for (let i = 0; i < 20; i++) last = step();
  expect(measure()).toEqual(before);
  expect(last).toBeLessThan(first / 2);
  optimizer.dispose();
  model.dispose();
});

function heapBytes(): number {
  return (tf.backend() as unknown as { wasm: { HEAPU8: Uint8Array } }).wasm.HEAPU8.length;
}
