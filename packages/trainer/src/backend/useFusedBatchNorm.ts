// Knows how to make a model's own batch normalisation layers train by the fused operation, and stay what they are on disk.
import * as tf from '@tensorflow/tfjs-core';
import { AsfpError } from '@asfp/core';
import type { LayersModel, layers } from '@tensorflow/tfjs-layers';
import { batchNormTraining } from './batchNormTraining.ts';

type Layer = layers.Layer;

/** What tfjs-layers' BatchNormalization keeps inside; private there, and the same in every 4.x. */
interface BatchNormLayer {
  axis: number;
  momentum: number;
  epsilon: number;
  gamma: LayerVariable | undefined;
  beta: LayerVariable | undefined;
  movingMean: LayerVariable;
  movingVariance: LayerVariable;
  call(inputs: tf.Tensor | tf.Tensor[], kwargs: Record<string, unknown>): tf.Tensor | tf.Tensor[];
}

interface LayerVariable {
  read(): tf.Tensor1D;
  write(value: tf.Tensor): unknown;
}

const fused = new WeakSet<Layer>();

/**
 * Makes every BatchNormalization layer of the model that normalises the last axis use the fused operation in training,
 * inference and configuration untouched; gives the number of layers that do. A second call changes nothing.
 */
export function useFusedBatchNorm(model: LayersModel): number {
  let count = 0;
  for (const layer of model.layers) {
    if (layer.getClassName() !== 'BatchNormalization') continue;
    if (fused.has(layer) || fuseLayer(layer)) count++;
  }
  return count;
}

function fuseLayer(layer: Layer): boolean {
  const norm = layer as unknown as BatchNormLayer;
  const rank = (layer.outputShape as (number | null)[]).length;
  if (norm.axis !== -1 && norm.axis !== rank - 1) return false;
  const plainCall = norm.call.bind(layer);
  norm.call = (inputs, kwargs) => {
    if (kwargs['training'] !== true) return plainCall(inputs, kwargs);
    const x = Array.isArray(inputs) ? inputs[0] : inputs;
    if (x === undefined) {
      throw new AsfpError({ code: 'no-input', where: `layer ${layer.name}`, expected: 'one input tensor', found: 'none' });
    }
    return tf.tidy(() => {
      const channels = x.shape[x.rank - 1] as number;
      const gamma = norm.gamma?.read() ?? tf.ones([channels]);
      const beta = norm.beta?.read() ?? tf.zeros([channels]);
      const { y, mean, variance } = batchNormTraining(x, gamma as tf.Tensor1D, beta as tf.Tensor1D, norm.epsilon);
      moveAverage(norm.movingMean, mean, norm.momentum);
      moveAverage(norm.movingVariance, variance, norm.momentum);
      return y;
    });
  };
  fused.add(layer);
  return true;
}

/** The update that tfjs-layers makes, in its order of operations. */
function moveAverage(average: LayerVariable, value: tf.Tensor, momentum: number): void {
  tf.tidy(() => {
    const old = average.read();
    average.write(tf.sub(old, tf.mul(tf.sub(old, value), 1 - momentum)));
  });
}
