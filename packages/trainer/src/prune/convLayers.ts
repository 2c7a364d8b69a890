// Knows which layers of a live model have filters that may be zeroed, and the batch norm behind each.
import type * as tf from '@tensorflow/tfjs-core';
import type { LayersModel, layers } from '@tensorflow/tfjs-layers';

/** A convolution of a live model. */
export interface ConvLayer {
  readonly name: string;
  /** `[kh, kw, in, out]` */
  readonly kernel: tf.Variable;
  /** `[out]`, part of each filter. */
  readonly bias: tf.Variable | undefined;
  readonly filters: number;
  /** Its batch norm, when that alone reads the convolution's output. */
  readonly norm: NormLayer | undefined;
}

/** A batch norm of a live model; its entries are `[channels]` each. */
export interface NormLayer {
  readonly layer: layers.Layer;
  readonly gamma: tf.Variable;
  readonly beta: tf.Variable;
  readonly movingMean: tf.Variable;
  readonly movingVariance: tf.Variable;
  readonly epsilon: number;
}

/**
 * Every Conv2D of the model, the first one included. Left out: depthwise convolutions, which have no filters of their own, and
 * convolutions that give the answers, and those that do not learn.
 */
export function convLayers(model: LayersModel): ConvLayer[] {
  const answers = answerLayers(model);
  return model.layers
    .filter((layer) => layer.trainable && !answers.has(layer))
    .map(convLayer)
    .filter((conv) => conv !== undefined);
}

/** The layers that reach an output with no other convolution or dense layer between. */
function answerLayers(model: LayersModel): Set<layers.Layer> {
  const seen = new Set<layers.Layer>();
  const stack = [...model.outputLayers];
  for (let layer = stack.pop(); layer !== undefined; layer = stack.pop()) {
    if (seen.has(layer)) continue;
    seen.add(layer);
    if (['Conv2D', 'Dense'].includes(layer.getClassName())) continue;
    stack.push(...layer.inboundNodes.flatMap(({ inboundLayers }) => inboundLayers));
  }
  return seen;
}

/** The layer as a convolution with filters, or undefined. */
export function convLayer(layer: layers.Layer): ConvLayer | undefined {
  if (layer.getClassName() !== 'Conv2D') return undefined;
  const kernel = variableOf(layer, 'kernel') as tf.Variable;
  const [reader, ...others] = readersOf(layer);
  const norm = reader && others.length === 0 ? normLayer(reader) : undefined;
  const bias = variableOf(layer, 'bias');
  return { name: layer.name, kernel, bias, filters: kernel.shape.at(-1) as number, norm };
}

/** The layer as a batch norm that scales and shifts, or undefined. */
export function normLayer(layer: layers.Layer): NormLayer | undefined {
  if (layer.getClassName() !== 'BatchNormalization') return undefined;
  const gamma = variableOf(layer, 'gamma');
  const beta = variableOf(layer, 'beta');
  const movingMean = variableOf(layer, 'moving_mean');
  const movingVariance = variableOf(layer, 'moving_variance');
  if (!gamma || !beta || !movingMean || !movingVariance) return undefined;
  const epsilon = Number(layer.getConfig()['epsilon']);
  return { layer, gamma, beta, movingMean, movingVariance, epsilon };
}

/** The layers that read a layer's output. */
export function readersOf(layer: layers.Layer): layers.Layer[] {
  return layer.outboundNodes.map((node) => node.outboundLayer);
}

function variableOf(layer: layers.Layer, role: string): tf.Variable | undefined {
  const weight = layer.weights.find(({ originalName }) => originalName.endsWith(`/${role}`));
  return weight?.read() as tf.Variable | undefined;
}
