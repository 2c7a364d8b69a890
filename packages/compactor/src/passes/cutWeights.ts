// Knows how a layer's weights are sliced, and how the constants of missing channels go on in what is left of them.
import {
  carrierOf,
  channelWeights,
  float32Tensor,
  type GraphNode,
  type HostTensor,
  InternalError,
  takeAxis,
} from '@asfp/core';

/** A layer's weights after the cut; `bias` is undefined where there was none and none is needed. */
export interface CutWeights {
  readonly kernel: HostTensor;
  readonly bias: HostTensor | undefined;
}

/** Whether an operand has one value a channel, or one for all, along its last axis. */
export function sliceable(tensor: HostTensor, channels: number | undefined): boolean {
  return tensor.values.length === 1 || tensor.shape.at(-1) === channels || tensor.shape.at(-1) === 1;
}

/** What is cut away on either side of a layer's kernel. */
export interface LayerCut {
  /** Input channels that are still there, ascending. */
  readonly inputs: readonly number[];
  /** Filters that stay, ascending. */
  readonly filters: readonly number[];
  /** The constant of each input channel before the cut, NaN where it depends on the input. */
  readonly constants: Float64Array;
  /** Whether a constant channel gives an uneven result, because the padding shows. */
  readonly uneven: boolean;
}

/**
 * The weights of a convolution `[kh, kw, in, out]` or dense layer `[in, out]` after a cut.
 *
 * A missing channel with constant v gives every filter v·ΣW, which goes into the bias. Where the padding shows,
 * the frame must not get it: the carrier, a constant channel u that stays, takes the weights (v/u)·W instead.
 */
export function cutWeights(
  node: GraphNode<'conv2d' | 'matMul'>,
  kernel: HostTensor,
  bias: HostTensor | undefined,
  cut: LayerCut,
): CutWeights {
  const there = new Set(cut.inputs);
  const counted = [...cut.constants.keys()].filter((c) => {
    const value = cut.constants[c] as number;
    if (there.has(c) || value === 0) return false;
    const weighed = cut.filters.some((o) => !channelWeights(node.op, kernel, c, o).isZero);
    if (weighed && Number.isNaN(value))
      throw new InternalError(`${node.name} lost its live input channel ${c}`);
    return weighed;
  });
  if (counted.length === 0)
    return { kernel: slice(kernel, cut), bias: bias && takeAxis(bias, 0, cut.filters) };
  if (!cut.uneven) return { kernel: slice(kernel, cut), bias: foldedBias(node, kernel, bias, cut, counted) };
  const carrier = carrierOf(cut.constants, (c) => there.has(c));
  if (carrier < 0)
    throw new InternalError(`${node.name} has no carrier for the constants of channels ${counted}`);
  const carried = carriedKernel(kernel, cut.constants, counted, carrier);
  return { kernel: slice(carried, cut), bias: bias && takeAxis(bias, 0, cut.filters) };
}

function slice(kernel: HostTensor, cut: LayerCut): HostTensor {
  const rank = kernel.shape.length;
  return takeAxis(takeAxis(kernel, rank - 2, cut.inputs), rank - 1, cut.filters);
}

function foldedBias(
  node: GraphNode<'conv2d' | 'matMul'>,
  kernel: HostTensor,
  bias: HostTensor | undefined,
  cut: LayerCut,
  counted: readonly number[],
): HostTensor {
  const values = cut.filters.map((o) =>
    counted.reduce(
      (sum, c) => sum + (cut.constants[c] as number) * channelWeights(node.op, kernel, c, o).total,
      bias?.values[o] ?? 0,
    ),
  );
  return float32Tensor([values.length], values);
}

function carriedKernel(
  kernel: HostTensor,
  constants: Float64Array,
  counted: readonly number[],
  carrier: number,
): HostTensor {
  const outs = kernel.shape.at(-1) as number;
  const ins = kernel.shape.at(-2) as number;
  const values = Float32Array.from(kernel.values);
  for (let window = 0; window < values.length; window += ins * outs) {
    for (let o = 0; o < outs; o++) {
      const weight = (c: number): number => kernel.values[window + c * outs + o] as number;
      values[window + carrier * outs + o] = counted.reduce(
        (sum, c) => sum + ((constants[c] as number) / (constants[carrier] as number)) * weight(c),
        weight(carrier),
      );
    }
  }
  return float32Tensor(kernel.shape, values);
}
