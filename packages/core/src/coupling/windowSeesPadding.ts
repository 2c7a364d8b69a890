// Knows whether the padding of a convolution shows.
import type { GraphNode } from '../graph/graph.ts';
import type { Shape } from '../graph/ops.ts';
import { seesPadding } from '../graph/window.ts';
import type { HostTensor } from '../tensor/hostTensor.ts';

/** Whether the padding of a convolution shows in what a constant, non-zero channel gives. */
export function windowSeesPadding(
  node: GraphNode<'conv2d' | 'depthwiseConv2d'>,
  kernel: HostTensor,
  shapes: ReadonlyMap<string, Shape>,
): boolean {
  const [, h = null, w = null] = shapes.get(node.inputs[0] as string) ?? [];
  const [kh = 1, kw = 1] = kernel.shape;
  return seesPadding([h, w], [kh, kw], node.attrs.strides, node.attrs.dilations, node.attrs.pad);
}
