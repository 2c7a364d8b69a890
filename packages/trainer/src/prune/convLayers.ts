// Knows which layers of a live model have filters that may be zeroed, and the batch norm behind each.
import type * as tf from '@tensorflow/tfjs-core';
import type { LayersModel, layers } from '@tensorflow/tfjs-layers';

/** A convolution of a live model. */
export interface ConvLayer {
  readonly name: string;
  /** `[kh, kw, in, out]` */
  readonly kernel: tf.Variable;
  readonly filters: number;
  /** Its batch norm, when that alone reads the convolution's output. */
  readonly norm: NormVariables | undefined;
}

/** The entries of a batch norm, `[channels]` each. */
export interface NormVariables {
  readonly gamma: tf.Variable;
  readonly beta: tf.Variable;
  readonly movingMean: tf.Variable;
  readonly movingVariance: tf.Variable;
}

/** Every Conv2D of the model, the first one included; depthwise convolutions have no filters of their own and are left out. */
export function convLayers(model: LayersModel): ConvLayer[] {
  return model.layers
    .filter((layer) => layer.getClassName() === 'Conv2D')
    .map((layer) => {
      const kernel = variableOf(layer, 'kernel') as tf.Variable;
      return { name: layer.name, kernel, filters: kernel.shape.at(-1) as number, norm: normBehind(layer) };
    });
}

function normBehind(layer: layers.Layer): NormVariables | undefined {
  const readers = layer.outboundNodes.map((node) => node.outboundLayer);
  const reader = readers[0];
  if (readers.length !== 1 || reader?.getClassName() !== 'BatchNormalization') return undefined;
  const [gamma, beta] = [variableOf(reader, 'gamma'), variableOf(reader, 'beta')];
  const [movingMean, movingVariance] = [
    variableOf(reader, 'moving_mean'),
    variableOf(reader, 'moving_variance'),
  ];
  if (!gamma || !beta || !movingMean || !movingVariance) return undefined;
  return { gamma, beta, movingMean, movingVariance };
}

function variableOf(layer: layers.Layer, role: string): tf.Variable | undefined {
  const weight = layer.weights.find(({ originalName }) => originalName.endsWith(`/${role}`));
  return weight?.read() as tf.Variable | undefined;
}
