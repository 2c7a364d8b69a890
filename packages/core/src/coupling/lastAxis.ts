// Knows whether an op with an axis among its attributes touches the channels, which are the last axis.
import type { GraphNode } from '../graph/graph.ts';
import type { Shape } from '../graph/ops.ts';

/** Whether a concat or gather works on the channels, rather than on positions. */
export function worksOnLastAxis(
  node: GraphNode<'concat' | 'gather'>,
  shapes: ReadonlyMap<string, Shape>,
): boolean {
  return node.attrs.axis === -1 || node.attrs.axis === rankOf(node, shapes) - 1;
}

/** Whether the channels are still the last axis after a mean or transpose. */
export function keepsLastAxis(
  node: GraphNode<'mean' | 'transpose'>,
  shapes: ReadonlyMap<string, Shape>,
): boolean {
  const last = rankOf(node, shapes) - 1;
  if (node.op === 'transpose') return node.attrs.perm[last] === last;
  return !node.attrs.axes.some((axis) => axis === -1 || axis === last);
}

function rankOf(node: GraphNode, shapes: ReadonlyMap<string, Shape>): number {
  return shapes.get(node.inputs[0] as string)?.length ?? 0;
}
