import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { openBackend } from './openBackend.ts';
import { registerTrainingKernels } from './registerTrainingKernels.ts';
import { largestError, onBothBackends } from './testing/onBothBackends.ts';
import { lossAndGradients } from './testing/smallNet.ts';

const opened = await openBackend('webgpu');
const [refusals, devices] = 'reason' in opened ? [[opened], []] : [[], [opened]];

test.each(refusals)('where Dawn or a GPU is missing, it says so', ({ reason, cure }) => {
  const known = ['the package webgpu is not installed', 'no GPU with a Vulkan driver was found'];
  expect(known).toContain(reason);
  expect(cure).toMatch(/^(install webgpu@0|see docs\/gpu-servers.md).*--backend wasm/);
});

test.each(devices)('a step on $device gives the numbers of the cpu backend', async () => {
  const { cpu } = await onBothBackends(lossAndGradients);
  await openBackend('webgpu');
  expect(tf.getBackend()).toBe('webgpu');
  registerTrainingKernels();
  const tensors = tf.tidy(() => lossAndGradients().map((tensor) => tf.keep(tensor)));
  const values = await Promise.all(tensors.map((tensor) => tensor.data<'float32'>()));
  tf.dispose(tensors);
  expect(values).toHaveLength(cpu.length);
  for (const [i, expected] of cpu.entries()) {
    expect(largestError(values[i] as Float32Array, expected)).toBeLessThan(1e-4);
  }
});
