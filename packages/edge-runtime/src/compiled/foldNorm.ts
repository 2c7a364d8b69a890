// Knows how the batch norm behind a layer goes into its weights as they are packed.
import { type GraphNode, type HostTensor, normScale, scaleChannels } from '@asfp/core';
import type { Lowering } from './lowering.ts';

/** The numbers of a layer, whose kernel's last axis (a depthwise kernel's last two together) counts filters. */
export interface LayerNumbers {
  readonly kernel: ArrayLike<number>;
  readonly bias: ArrayLike<number> | undefined;
}

/** The factor and the summand of each channel that a batch norm in inference form comes to, in float64. */
export function normFactors(
  norm: GraphNode<'batchNorm'>,
  at: Lowering,
): { readonly scale: Float64Array; readonly shift: Float64Array } {
  const [gamma, beta, mean, variance] = norm.inputs
    .slice(1)
    .map((name) => at.constant(norm, name).values) as unknown as [Numbers, Numbers, Numbers, Numbers];
  const scale = normScale(gamma, variance, norm.attrs.epsilon);
  const shift = scale.map((factor, c) => (beta[c] as number) - (mean[c] as number) * factor);
  return { scale, shift };
}

type Numbers = HostTensor['values'];

/** The layer's numbers with the batch norm in them; as they are where there is none. */
export function foldNorm(
  layer: LayerNumbers,
  norm: GraphNode<'batchNorm'> | undefined,
  at: Lowering,
): LayerNumbers {
  if (norm === undefined) return layer;
  const { scale, shift } = normFactors(norm, at);
  const { kernel, bias } = layer;
  return {
    kernel: scaleChannels(kernel, scale),
    bias: shift.map((value, c) => value + (bias?.[c] ?? 0) * (scale[c] as number)),
  };
}
