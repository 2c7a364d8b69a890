// Knows how a random graph becomes one whose images have any height and width.
import type { Graph, GraphNode } from '@asfp/core';

/** The graph with the height and width of every input open; undefined where an op that is not understood would hide them. */
export function openSizes(graph: Graph): Graph | undefined {
  if (graph.nodes.some(({ op }) => op === 'opaque')) return undefined;
  const nodes = graph.nodes.map((node): GraphNode => {
    if (node.op !== 'input') return node;
    const shape = [null, null, null, ...node.attrs.shape.slice(3)];
    return { ...node, attrs: { ...node.attrs, shape } };
  });
  return { ...graph, nodes };
}
