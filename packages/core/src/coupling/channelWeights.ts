// Knows what the weights between one input channel and one filter add up to.
import type { GraphNode } from '../graph/graph.ts';
import type { HostTensor } from '../tensor/hostTensor.ts';

/** The weights between an input channel and a filter: whether all are zero, and their sum over the window. */
export interface ChannelWeights {
  readonly isZero: boolean;
  readonly total: number;
}

/** Kernel `[kh, kw, in, out]`, transposed `[kh, kw, out, in]`, depthwise `[kh, kw, c, multiplier]` or dense `[in, out]`; `input` and `filter` count channels. */
export function channelWeights(
  op: GraphNode['op'],
  kernel: HostTensor,
  input: number,
  filter: number,
): ChannelWeights {
  const columns = kernel.shape.at(-1) as number;
  const rows = kernel.shape.at(-2) as number;
  const [row, column] =
    op === 'convTranspose2d'
      ? [filter, input]
      : [input, op === 'depthwiseConv2d' ? filter - input * columns : filter];
  let isZero = true;
  let total = 0;
  for (let at = row * columns + column; at < kernel.values.length; at += rows * columns) {
    const value = kernel.values[at] as number;
    if (value !== 0) isZero = false;
    total += value;
  }
  return { isZero, total };
}
