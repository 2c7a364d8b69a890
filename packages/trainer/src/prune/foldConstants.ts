// Knows how the constants that zeroed filters leave behind are passed on, so that their channels are silent.
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel, layers } from '@tensorflow/tfjs-layers';
import { fromHost, toHost } from '../bridge/hostTensors.ts';
import { convLayer, type NormLayer, normLayer, readersOf } from './convLayers.ts';
import { type LayerConstants, liveConstants } from './liveConstants.ts';
import { maskFilters } from './maskFilters.ts';
import type { ZeroedFilters } from './pruneDuring.ts';
import { tapShares } from './tapShares.ts';

/** Who takes a channel's constant over: what stands behind a layer that weighs the channel, or the batch norm added to it. */
type Taker =
  | {
      readonly kind: 'weighed';
      readonly kernel: tf.Variable;
      /** How often each tap sees the image, `[kh · kw]`. */
      readonly shares: Float64Array;
      readonly target: tf.Variable;
      readonly sign: 1 | -1;
    }
  | { readonly kind: 'added'; readonly target: tf.Variable };

/** A constant that a reader of its channel takes over. */
interface Handed {
  readonly id: string;
  readonly channel: number;
  readonly constant: number;
  readonly taker: Taker;
}

/**
 * Passes on what zeroed filters leave behind and silences their channels: gamma, beta and mean 0. Behind a convolution with
 * kernel W the mean of the batch norm becomes less by c·ΣW (a bias more), each tap of W counted as often as it sees the image:
 * at a padded border the constant is missing, so this is right on average and, without padding, everywhere. Where a batch norm
 * is added to the channel, its beta becomes more by c. Constants are followed through batch norms, ReLUs, pools, shortcuts and,
 * with `throughSums`, sums of constants; those that meet a reader of another kind anywhere keep their entries: in a residual
 * network these are the ends of blocks, whose constants cost no multiply-adds unless the whole stream has left the channel.
 */
export async function foldConstants(
  model: LayersModel,
  zeroed: ZeroedFilters,
  throughSums: boolean,
): Promise<void> {
  const known = await liveConstants(model, zeroed, throughSums);
  const { rootOf, join } = disjointSets();
  const blocked = new Set<string>();
  const handed: Handed[] = [];
  const silenced: { readonly id: string; readonly channel: number; readonly norm: NormLayer }[] = [];
  for (const [layer, constants] of known) {
    const norm = normLayer(layer);
    for (const channel of constantsOf(constants)) {
      const id = idOf(layer, channel);
      if (norm) silenced.push({ id, channel, norm });
      if (model.outputLayers.includes(layer)) blocked.add(id);
      for (const reader of readersOf(layer)) {
        const into = known.get(reader);
        if (into?.passes && !Number.isNaN(into.values[channel + into.offset] as number)) {
          join(id, idOf(reader, channel + into.offset));
          continue;
        }
        const taker = constants.axis === -1 ? takerFor(reader, layer) : undefined;
        const constant = constants.values[channel] as number;
        if (taker) handed.push({ id, channel, constant, taker });
        // A channel of zeros is missed by nobody.
        else if (constant !== 0) blocked.add(id);
      }
    }
  }
  const kept = new Set([...blocked].map(rootOf));
  const isGone = (id: string): boolean => !kept.has(rootOf(id));
  await takeOver(handed.filter(({ id }) => isGone(id)));
  for (const { channel, norm } of silenced.filter(({ id }) => isGone(id))) {
    for (const entry of [norm.gamma, norm.beta, norm.movingMean]) await maskFilters(entry, [channel]);
  }
}

function idOf(layer: layers.Layer, channel: number): string {
  return `${channel} ${layer.name}`;
}

function constantsOf({ values }: LayerConstants): number[] {
  return [...values.keys()].filter((channel) => !Number.isNaN(values[channel] as number));
}

function takerFor(reader: layers.Layer, source: layers.Layer): Taker | undefined {
  if (reader.inboundNodes.length !== 1) return undefined;
  const kind = reader.getClassName();
  if (kind === 'Conv2D' || (kind === 'Dense' && (reader.outputShape as readonly unknown[]).length === 2)) {
    const [kernel, bias] = reader.weights.map((weight) => weight.read() as tf.Variable);
    if (kernel === undefined) return undefined;
    const shares = kind === 'Dense' ? Float64Array.of(1) : tapShares(reader);
    if (bias) return { kind: 'weighed', kernel, shares, target: bias, sign: 1 };
    const norm = reader.getConfig()['activation'] === 'linear' ? convLayer(reader)?.norm : undefined;
    return norm && { kind: 'weighed', kernel, shares, target: norm.movingMean, sign: -1 };
  }
  if (kind !== 'Add') return undefined;
  const summands = reader.inboundNodes[0]?.inboundLayers ?? [];
  const [other, ...more] = summands.filter((summand) => summand !== source);
  if (other === undefined || more.length > 0 || summands.length !== 2) return undefined;
  const norm = readersOf(other).length === 1 ? normLayer(other) : undefined;
  return norm && { kind: 'added', target: norm.beta };
}

/** Shifts each target once, by all that it takes over, in float64. */
async function takeOver(handed: readonly Handed[]): Promise<void> {
  const kernels = new Map<tf.Variable, ArrayLike<number>>();
  const shifts = new Map<tf.Variable, Float64Array>();
  for (const { channel, constant, taker } of handed) {
    const shift = shifts.get(taker.target) ?? new Float64Array(taker.target.size);
    shifts.set(taker.target, shift);
    if (taker.kind === 'added') {
      shift[channel] = (shift[channel] as number) + constant;
      continue;
    }
    const { kernel, shares, sign } = taker;
    const weights = kernels.get(kernel) ?? (await toHost(kernel)).values;
    kernels.set(kernel, weights);
    const [inputs, outputs] = kernel.shape.slice(-2) as [number, number];
    shares.forEach((share, tap) => {
      const from = (tap * inputs + channel) * outputs;
      for (let o = 0; o < outputs; o++) {
        shift[o] = (shift[o] as number) + sign * share * constant * (weights[from + o] as number);
      }
    });
  }
  for (const [target, shift] of shifts) {
    const host = await toHost(target);
    host.values.set(Float64Array.from(host.values, (value, i) => value + (shift[i] as number)));
    tf.tidy(() => {
      target.assign(fromHost(host));
    });
  }
}

/** Sets of ids that grow together. */
function disjointSets(): { rootOf: (id: string) => string; join: (a: string, b: string) => void } {
  const parent = new Map<string, string>();
  const rootOf = (id: string): string => {
    let root = id;
    for (let up = parent.get(root); up !== undefined; up = parent.get(root)) root = up;
    return root;
  };
  const join = (a: string, b: string): void => {
    const [left, right] = [rootOf(a), rootOf(b)];
    if (left !== right) parent.set(right, left);
  };
  return { rootOf, join };
}
