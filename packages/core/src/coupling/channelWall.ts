// Knows which nodes need all channels of what they read, and why.
import type { GraphNode } from '../graph/graph.ts';
import type { Shape } from '../graph/ops.ts';
import { keepsLastAxis, worksOnLastAxis } from './lastAxis.ts';

/** Why a node needs all channels of its inputs; undefined where it can do with fewer. */
export function channelWall(node: GraphNode, shapes: ReadonlyMap<string, Shape>): string | undefined {
  switch (node.op) {
    case 'softmax':
      return 'a softmax sums over all channels';
    case 'opaque':
      return `an operation that is not understood (${node.attrs.kind})`;
    case 'mean':
    case 'reduce':
      return keepsLastAxis(node, shapes) ? undefined : 'it reduces the channels';
    case 'transpose':
      return keepsLastAxis(node, shapes) ? undefined : 'it moves the channels to another axis';
    case 'concat':
      return worksOnLastAxis(node, shapes) ? undefined : 'it joins along another axis than the channels';
    case 'reshape': {
      const [before, after] = [shapes.get(node.inputs[0] as string)?.at(-1), shapes.get(node.name)?.at(-1)];
      const whole = typeof before === 'number' && typeof after === 'number' && after % before === 0;
      return whole ? undefined : 'it splits the channels up';
    }
    default:
      return undefined;
  }
}
