// Knows which channels of each layer's result are constant because filters are zero, away from padded borders.
import { assertInternal } from '@asfp/core';
import type * as tf from '@tensorflow/tfjs-core';
import type { LayersModel, layers } from '@tensorflow/tfjs-layers';
import { toHost } from '../bridge/hostTensors.ts';
import { normLayer } from './convLayers.ts';
import type { ZeroedFilters } from './pruneDuring.ts';
import { tapShares } from './tapShares.ts';

/** What is known of a layer's result. */
export interface LayerConstants {
  /** The axis that the channels lie on, counted from the end: −1 is the last. */
  readonly axis: number;
  /** One a channel; NaN where it is alive. */
  readonly values: Float64Array;
  /** Whether channel c is made of channel `c − offset` of each input, and of nothing else. */
  readonly passes: boolean;
  readonly offset: number;
}

/**
 * The constants of all layers whose channels can be followed: a zeroed filter gives 0, batch norm
 * β + γ·(c − mean) / √(variance + ε) of it, ReLU the positive part, a sum the sum, unless what sums give is to count as alive. Layers that are called twice, or that do
 * something else with channels, are left out.
 */
export async function liveConstants(
  model: LayersModel,
  zeroed: ZeroedFilters,
  throughSums = true,
): Promise<ReadonlyMap<layers.Layer, LayerConstants>> {
  const known = new Map<layers.Layer, LayerConstants>();
  for (const layer of model.layers) {
    const { inboundNodes } = layer;
    if (inboundNodes.length !== 1) continue;
    const inputs = (inboundNodes[0]?.inboundLayers ?? []).map((from) => known.get(from));
    const isOpen = throughSums || layer.getClassName() !== 'Add';
    const found =
      (isOpen ? await followed(layer, inputs) : undefined) ?? made(layer, zeroed[layer.name] ?? []);
    if (found !== undefined) known.set(layer, found);
  }
  return known;
}

/** What a layer makes anew: all alive, but for zeroed filters. */
function made(layer: layers.Layer, filters: readonly number[]): LayerConstants | undefined {
  const channels = (layer.outputShape as readonly (number | null)[]).at(-1);
  if (typeof channels !== 'number') return undefined;
  const values = new Float64Array(channels).fill(Number.NaN);
  if (layer.getClassName() === 'Conv2D' && isRectifying(layer))
    for (const filter of filters) values[filter] = 0;
  return { axis: -1, values, passes: false, offset: 0 };
}

/** What a layer makes of its inputs channel by channel; undefined where it does something else. */
async function followed(
  layer: layers.Layer,
  inputs: readonly (LayerConstants | undefined)[],
): Promise<LayerConstants | undefined> {
  const [x] = inputs;
  if (x === undefined) return undefined;
  const passed = (values: Float64Array): LayerConstants => ({
    axis: x.axis,
    values,
    passes: true,
    offset: 0,
  });
  const config = layer.getConfig();
  switch (layer.getClassName()) {
    case 'BatchNormalization': {
      const norm = normLayer(layer);
      if (norm === undefined || x.axis !== -1) return undefined;
      const [gamma, beta] = [await read(norm.gamma), await read(norm.beta)];
      const [mean, variance] = [await read(norm.movingMean), await read(norm.movingVariance)];
      return passed(
        x.values.map((value, c) => {
          const at = (values: ArrayLike<number>): number => values[c] as number;
          return at(beta) + (at(gamma) * (value - at(mean))) / Math.sqrt(at(variance) + norm.epsilon);
        }),
      );
    }
    case 'Activation':
      if (config['activation'] === 'linear') return passed(x.values);
      return config['activation'] === 'relu'
        ? passed(x.values.map((value) => Math.max(0, value)))
        : undefined;
    case 'ReLU': {
      const most = (config['maxValue'] as number | null | undefined) ?? Number.POSITIVE_INFINITY;
      return passed(x.values.map((value) => Math.min(most, Math.max(0, value))));
    }
    case 'Dropout':
      return passed(x.values);
    case 'MaxPooling2D':
    case 'AveragePooling2D':
    case 'GlobalAveragePooling2D':
    case 'GlobalMaxPooling2D':
      return x.axis === -1 ? passed(x.values) : undefined;
    case 'DepthwiseConv2D':
      return x.axis === -1 ? depthwise(layer, x) : undefined;
    case 'Add':
      return added(inputs);
    case 'Permute': {
      const dims = config['dims'] as readonly number[];
      return { ...passed(x.values), axis: dims.indexOf(dims.length + 1 + x.axis) - dims.length };
    }
    case 'ZeroPadding2D': {
      const frame = config['padding'] as unknown as readonly (readonly [number, number])[];
      const [before, after] = x.axis === -1 ? [0, 0] : (frame[x.axis + 3] ?? [0, 0]);
      const values = new Float64Array(before + x.values.length + after);
      values.set(x.values, before);
      return { axis: x.axis, values, passes: true, offset: before };
    }
    default:
      return undefined;
  }
}

/** c · Σw of each channel; with several filters a channel, or more than a sum, it is not followed. */
async function depthwise(layer: layers.Layer, x: LayerConstants): Promise<LayerConstants | undefined> {
  const [kernel, bias] = layer.weights.map((weight) => weight.read() as tf.Variable);
  assertInternal(kernel, 'a depthwise convolution without kernel');
  if (kernel.shape.at(-1) !== 1 || bias !== undefined || layer.getConfig()['activation'] !== 'linear') {
    return undefined;
  }
  const weights = await read(kernel);
  const shares = tapShares(layer);
  const sums = new Float64Array(x.values.length);
  for (let at = 0; at < weights.length; at++) {
    const c = at % sums.length;
    sums[c] =
      (sums[c] as number) + (shares[Math.floor(at / sums.length)] as number) * (weights[at] as number);
  }
  return {
    axis: -1,
    values: x.values.map((value, c) => value * (sums[c] as number)),
    passes: true,
    offset: 0,
  };
}

function added(inputs: readonly (LayerConstants | undefined)[]): LayerConstants | undefined {
  const [x] = inputs;
  if (x === undefined) return undefined;
  const fit = inputs.every((y) => y?.axis === x.axis && y.values.length === x.values.length);
  if (!fit) return undefined;
  const values = x.values.map((_, c) => inputs.reduce((sum, y) => sum + (y?.values[c] as number), 0));
  return { axis: x.axis, values, passes: true, offset: 0 };
}

/** Whether a convolution's own activation leaves 0 at 0. */
function isRectifying(layer: layers.Layer): boolean {
  return ['linear', 'relu', 'relu6'].includes(String(layer.getConfig()['activation']));
}

async function read(variable: tf.Variable): Promise<ArrayLike<number>> {
  return (await toHost(variable)).values;
}
