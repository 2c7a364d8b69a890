// Knows how a new network's weights are drawn.
import { float32Tensor, type HostTensor, type Rng, sizeOf } from '@asfp/core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { modelVariables, writeVariables } from '../bridge/modelWeights.ts';

/**
 * Draws each kernel from a stream of its own name, so that no layer's numbers depend on another's: convolutions
 * `[kh, kw, in, out]` from N(0, √(2 / (kh · kw · out))), depthwise ones `[kh, kw, c, m]` from N(0, √(2 / (kh · kw · m))),
 * dense kernels uniformly within ±√(6 / in). Biases stay 0, batch norm 1 and 0.
 */
export function drawWeights(model: LayersModel, rng: Rng): void {
  const values = new Map<string, HostTensor>();
  const kernels = modelVariables(model).filter(({ name }) => name.endsWith('kernel'));
  for (const { name, variable } of kernels) {
    const own = rng.fork(name);
    const { shape } = variable;
    const draw = shape.length === 4 ? heNormal(shape, own) : kaimingUniform(shape, own);
    values.set(name, float32Tensor([...shape], Float32Array.from({ length: sizeOf(shape) }, draw)));
  }
  writeVariables(kernels, values);
}

function heNormal(shape: readonly number[], rng: Rng): () => number {
  const [kh = 1, kw = 1, , out = 1] = shape;
  const deviation = Math.sqrt(2 / (kh * kw * out));
  return () => deviation * rng.normal();
}

function kaimingUniform(shape: readonly number[], rng: Rng): () => number {
  const bound = Math.sqrt(6 / (shape[0] as number));
  return () => bound * (2 * rng.next() - 1);
}
