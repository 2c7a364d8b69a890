// Knows what a network costs: multiply-adds for one image, parameters, and bytes of weights.
import { type Cost, sizeOf } from '@asfp/core';
import type { LayersModel, layers } from '@tensorflow/tfjs-layers';

/** Multiply-adds of convolutions and dense layers for one image; parameters without moving averages; bytes with them. */
export function modelCost(model: LayersModel): Cost {
  const macs = model.layers.reduce((sum, layer) => sum + layerMacs(layer), 0);
  const sizes = (weights: readonly { readonly shape: readonly (number | null)[] }[]): number =>
    weights.reduce((sum, { shape }) => sum + sizeOf(shape as readonly number[]), 0);
  return { macs, params: sizes(model.trainableWeights), bytes: 4 * sizes(model.weights) };
}

function layerMacs(layer: layers.Layer): number {
  const kernel = layer.weights[0]?.shape as readonly number[] | undefined;
  if (kernel === undefined) return 0;
  const kind = layer.getClassName();
  if (kind === 'Dense') return sizeOf(kernel);
  if (kind !== 'Conv2D' && kind !== 'DepthwiseConv2D') return 0;
  const [, height, width] = layer.outputShape as readonly number[];
  return sizeOf(kernel) * (height as number) * (width as number);
}
