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

/** Whether the channels are still the last axis, all of them, after a node that reduces, permutes or frames axes. */
export function keepsLastAxis(
  node: GraphNode<'mean' | 'reduce' | 'transpose' | 'squeeze' | 'expandDims' | 'mirrorPad'>,
  shapes: ReadonlyMap<string, Shape>,
): boolean {
  const last = rankOf(node, shapes) - 1;
  switch (node.op) {
    case 'transpose':
      return node.attrs.perm[last] === last;
    case 'expandDims':
      return node.attrs.axis !== -1 && node.attrs.axis !== last + 1;
    case 'mirrorPad':
      return node.attrs.paddings[last]?.every((width) => width === 0) ?? false;
    case 'mean':
    case 'reduce':
    case 'squeeze':
      return !node.attrs.axes.some((axis) => axis === -1 || axis === last);
  }
}

function rankOf(node: GraphNode, shapes: ReadonlyMap<string, Shape>): number {
  return shapes.get(node.inputs[0] as string)?.length ?? 0;
}
