// Knows how the constant that a zeroed filter leaves behind its batch norm is passed on, so that its channel is silent.
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel, layers } from '@tensorflow/tfjs-layers';
import { fromHost, toHost } from '../bridge/hostTensors.ts';
import { type ConvLayer, convLayer, convLayers, type NormLayer, normLayer, readersOf } from './convLayers.ts';
import { maskFilters } from './maskFilters.ts';
import type { ZeroedFilters } from './pruneDuring.ts';

/** Who takes a channel's constant over: the batch norm behind a convolution that reads it, or the one that is added to it. */
type Taker =
  | { readonly kind: 'convolution'; readonly kernel: tf.Variable; readonly norm: NormLayer }
  | { readonly kind: 'sum'; readonly norm: NormLayer };

/**
 * Passes on what zeroed filters leave behind (BN's constant c, or ReLU of it) and silences their channels: gamma, beta and
 * mean 0. Behind a convolution with kernel W the mean becomes less by c·ΣW, which is the same everywhere but at a padded
 * border; where a batch norm is added to the channel, its beta becomes more by c. A channel with another kind of reader
 * keeps its entries: in a residual network those are the ends of blocks, whose constants cost no multiply-adds.
 */
export async function foldConstants(model: LayersModel, zeroed: ZeroedFilters): Promise<void> {
  for (const conv of convLayers(model)) {
    const filters = zeroed[conv.name] ?? [];
    const { norm } = conv;
    if (norm === undefined || filters.length === 0) continue;
    const { rectified, takers } = takersOf(model, norm.layer);
    if (takers === undefined) continue;
    const constants = await constantsOf(norm, filters, rectified);
    for (const taker of takers) await passOn(taker, filters, constants);
    for (const entry of [norm.gamma, norm.beta, norm.movingMean]) await maskFilters(entry, filters);
  }
}

/** The takers behind a batch norm, through a ReLU where there is one; none when any reader is of another kind. */
function takersOf(
  model: LayersModel,
  norm: layers.Layer,
): { readonly rectified: boolean; readonly takers: readonly Taker[] | undefined } {
  let source = norm;
  const [first, ...others] = readersOf(norm);
  const rectified = others.length === 0 && first !== undefined && isRelu(first);
  if (rectified) source = first;
  const readers = readersOf(source);
  const isOutput = model.outputLayers.includes(source) || model.outputLayers.includes(norm);
  const takers = readers.map((reader) => takerFor(reader, source));
  if (isOutput || takers.length === 0) return { rectified, takers: undefined };
  const known = takers.filter((taker) => taker !== undefined);
  return { rectified, takers: known.length === takers.length ? known : undefined };
}

function takerFor(reader: layers.Layer, source: layers.Layer): Taker | undefined {
  const conv: ConvLayer | undefined = convLayer(reader);
  if (conv) return conv.norm && { kind: 'convolution', kernel: conv.kernel, norm: conv.norm };
  if (reader.getClassName() !== 'Add' || reader.inboundNodes.length !== 1) return undefined;
  const summands = reader.inboundNodes[0]?.inboundLayers ?? [];
  const [other, ...more] = summands.filter((summand) => summand !== source);
  if (other === undefined || more.length > 0 || summands.length !== 2) return undefined;
  const norm = readersOf(other).length === 1 ? normLayer(other) : undefined;
  return norm && { kind: 'sum', norm };
}

function isRelu(layer: layers.Layer): boolean {
  const kind = layer.getClassName();
  return (
    (kind === 'Activation' && layer.getConfig()['activation'] === 'relu') ||
    (kind === 'ReLU' && (layer.getConfig()['maxValue'] ?? null) === null)
  );
}

/** c = β − γ·mean / √(variance + ε) of each filter, in float64; ReLU of it where one follows. */
async function constantsOf(
  norm: NormLayer,
  filters: readonly number[],
  rectified: boolean,
): Promise<number[]> {
  const read = async (variable: tf.Variable): Promise<ArrayLike<number>> => (await toHost(variable)).values;
  const [gamma, beta] = [await read(norm.gamma), await read(norm.beta)];
  const [mean, variance] = [await read(norm.movingMean), await read(norm.movingVariance)];
  return filters.map((filter) => {
    const at = (values: ArrayLike<number>): number => values[filter] as number;
    const constant = at(beta) - (at(gamma) * at(mean)) / Math.sqrt(at(variance) + norm.epsilon);
    return rectified ? Math.max(0, constant) : constant;
  });
}

async function passOn(taker: Taker, filters: readonly number[], constants: readonly number[]): Promise<void> {
  const target = taker.kind === 'sum' ? taker.norm.beta : taker.norm.movingMean;
  const host = await toHost(target);
  const values = Float64Array.from(host.values);
  if (taker.kind === 'sum') {
    filters.forEach((filter, i) => {
      values[filter] = (values[filter] as number) + (constants[i] as number);
    });
  } else {
    const kernel = await toHost(taker.kernel);
    const [kh = 1, kw = 1, inputs = 1, outputs = 1] = kernel.shape;
    for (let tap = 0; tap < kh * kw; tap++) {
      filters.forEach((filter, i) => {
        const from = (tap * inputs + filter) * outputs;
        for (let o = 0; o < outputs; o++) {
          values[o] = (values[o] as number) - (constants[i] as number) * (kernel.values[from + o] as number);
        }
      });
    }
  }
  host.values.set(values);
  tf.tidy(() => {
    target.assign(fromHost(host));
  });
}
