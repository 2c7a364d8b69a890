// Knows nodes that hand their input on unchanged.
import {
  channelShuffles,
  constantTensor,
  type Graph,
  type GraphNode,
  inferShapes,
  nodesByName,
  type Shape,
} from '@asfp/core';
import { redirect, replaceNodes } from '../pipeline/editGraph.ts';
import type { Pass } from '../pipeline/pass.ts';

/** Removes identities, dropout among them, paddings of nothing, slices and gathers of everything, and reshapes and transposes that come to nothing. */
export const removeIdentity: Pass = {
  name: 'removeIdentity',
  run: (graph) => {
    const renames = new Map<string, string>();
    const shapes = inferShapes(graph);
    const nodes = nodesByName(graph);
    for (const node of graph.nodes)
      if (isIdentity(node, { nodes, shapes })) renames.set(node.name, node.inputs[0] as string);
    for (const [name, { from, order }] of channelShuffles(graph, shapes))
      if (order.every((channel, i) => channel === i)) renames.set(name, from);
    if (renames.size === 0) return { graph, notes: [] };
    const without: Graph = replaceNodes(graph, (node) => (renames.has(node.name) ? [] : [node]));
    return { graph: redirect(without, renames), notes: [`removed ${[...renames.keys()].join(', ')}`] };
  },
};

interface Known {
  readonly nodes: ReadonlyMap<string, GraphNode>;
  readonly shapes: ReadonlyMap<string, Shape>;
}

function isIdentity(node: GraphNode, { nodes, shapes }: Known): boolean {
  const shape = shapes.get(node.inputs[0] as string);
  switch (node.op) {
    case 'unary':
      return node.attrs.fn === 'identity';
    case 'pad':
      return node.attrs.paddings.flat().every((width) => width === 0);
    case 'transpose':
      return node.attrs.perm.every((axis, i) => axis === i);
    case 'concat':
      return node.inputs.length === 1;
    case 'slice': {
      const { begin, size } = node.attrs;
      return begin.every((from, axis) => from === 0 && [-1, shape?.[axis]].includes(size[axis]));
    }
    case 'gather': {
      const indices = constantTensor(nodes, node.inputs[1])?.values;
      const whole = indices !== undefined && shape?.at(node.attrs.axis) === indices.length;
      return whole && indices.every((index, i) => index === i);
    }
    default:
      return false;
  }
}
