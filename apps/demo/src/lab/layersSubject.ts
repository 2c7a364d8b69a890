// Knows how people run a LayersModel today: tf.loadLayersModel, predict, data. Only the lab has tfjs-layers.
import type { DType, HostTensor } from '@asfp/core';
import { onBackend } from '@asfp/edge-runtime/on-backend';
import { type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';
import { type LayersModel, loadLayersModel } from '@tensorflow/tfjs-layers';
import type { OpenSubject } from './openSubject.ts';

/** Opens a LayersModel on the wasm backend, which must have been started. */
export async function openLayersSubject(url: string, onBytes: () => void): Promise<OpenSubject> {
  const model = await onBackend('wasm', () => loadLayersModel(url, { onProgress: onBytes }));
  return {
    inputs: model.inputs.map(({ name, dtype, shape }) => ({ name, node: name, dtype, shape })),
    run: (inputs) => onBackend('wasm', () => predict(model, inputs)),
    dispose: () =>
      onBackend('wasm', () => {
        model.dispose();
      }),
  };
}

async function predict(model: LayersModel, inputs: readonly HostTensor[]): Promise<HostTensor[]> {
  const results = tidy(() => {
    const fed = inputs.map(({ values, shape, dtype }) => tensor(values, [...shape], dtype));
    const output = model.predict(fed);
    return Array.isArray(output) ? output : [output];
  });
  try {
    return await Promise.all(results.map(readBack));
  } finally {
    for (const result of results) result.dispose();
  }
}

async function readBack(output: Tensor): Promise<HostTensor> {
  return { dtype: output.dtype as DType, shape: output.shape, values: (await output.data()) as Float32Array };
}
