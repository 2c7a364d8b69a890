// Knows how to make a model's own batch normalisation layers train by the fused operation, and stay what they are on disk.
import { assertInternal } from '@asfp/core';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel, layers } from '@tensorflow/tfjs-layers';
import { batchNormTraining } from './batchNormTraining.ts';

type Layer = layers.Layer;
type Call = (inputs: tf.Tensor | tf.Tensor[], kwargs: Record<string, unknown>) => tf.Tensor | tf.Tensor[];

/** What tfjs-layers' BatchNormalization keeps inside; not in its declarations, and the same in every 4.x. */
interface BatchNormLayer {
  readonly axis: number;
  readonly momentum: number;
  readonly epsilon: number;
  readonly gamma?: LayerVariable;
  readonly beta?: LayerVariable;
  readonly movingMean: LayerVariable;
  readonly movingVariance: LayerVariable;
}

interface LayerVariable {
  read(): tf.Tensor1D;
  write(value: tf.Tensor): unknown;
}

/** What is known of a layer's place in the graph. */
interface LayerNode {
  readonly inboundLayers: readonly Layer[];
  readonly outboundLayer: Layer;
}

const fused = new WeakSet<Layer>();

/**
 * Makes every BatchNormalization layer of the model that normalises the last axis use the fused operation when it is
 * called with `training: true`, and take in the ReLU that follows it, if that is its one consumer; inference, weights and
 * configuration stay as they are. Gives the number of such layers; a second call changes nothing.
 */
export function useFusedBatchNorm(model: LayersModel): number {
  let count = 0;
  for (const layer of model.layers) {
    if (layer.getClassName() !== 'BatchNormalization' || !normalizesLastAxis(layer)) continue;
    count++;
    if (fused.has(layer)) continue;
    fused.add(layer);
    const relu = followingRelu(model, layer);
    fuse(layer, relu !== undefined);
    if (relu !== undefined) passThroughInTraining(relu);
  }
  return count;
}

function normalizesLastAxis(layer: Layer): boolean {
  const { axis } = layer as unknown as BatchNormLayer;
  return axis === -1 || axis === (layer.outputShape as (number | null)[]).length - 1;
}

/** The layer of nothing but ReLU that alone consumes this layer's output, if there is one. */
function followingRelu(model: LayersModel, layer: Layer): Layer | undefined {
  const [node, ...others] = layer.outboundNodes as unknown as LayerNode[];
  if (node === undefined || others.length > 0 || layer.inboundNodes.length !== 1) return undefined;
  if (model.outputs.some((output) => output.sourceLayer === layer)) return undefined;
  const next = node.outboundLayer;
  const sole = next.inboundNodes.length === 1 && model.layers.includes(next);
  return sole && isRelu(next) ? next : undefined;
}

function isRelu(layer: Layer): boolean {
  const config = layer.getConfig();
  if (layer.getClassName() === 'Activation') return config['activation'] === 'relu';
  return layer.getClassName() === 'ReLU' && (config['maxValue'] ?? null) === null;
}

function fuse(layer: Layer, relu: boolean): void {
  const norm = layer as unknown as BatchNormLayer;
  replaceTrainingCall(layer, (inputs) => {
    const x = Array.isArray(inputs) ? inputs[0] : inputs;
    assertInternal(x, `layer ${layer.name} was called without input`);
    return tf.tidy(() => {
      const channels = x.shape[x.rank - 1] as number;
      const gamma = norm.gamma?.read() ?? tf.ones<tf.Rank.R1>([channels]);
      const beta = norm.beta?.read() ?? tf.zeros<tf.Rank.R1>([channels]);
      const { y, mean, variance } = batchNormTraining(x, gamma, beta, { epsilon: norm.epsilon, relu });
      moveAverage(norm.movingMean, mean, norm.momentum);
      moveAverage(norm.movingVariance, variance, norm.momentum);
      return y;
    });
  });
}

/** The layer before it has done the work already. */
function passThroughInTraining(layer: Layer): void {
  replaceTrainingCall(layer, (inputs) => inputs);
}

function replaceTrainingCall(layer: Layer, call: Call): void {
  const callable = layer as unknown as { call: Call };
  const plain = callable.call.bind(layer);
  callable.call = (inputs, kwargs) =>
    kwargs?.['training'] === true ? call(inputs, kwargs) : plain(inputs, kwargs);
}

/** The update that tfjs-layers makes, in its order of operations. */
function moveAverage(average: LayerVariable, value: tf.Tensor, momentum: number): void {
  tf.tidy(() => {
    const old = average.read();
    average.write(tf.sub(old, tf.mul(tf.sub(old, value), 1 - momentum)));
  });
}
