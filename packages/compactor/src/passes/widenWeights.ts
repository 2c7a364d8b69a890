// Knows how quantized weights become plain float32, so that every fold may change them.
import type { Graph } from '@asfp/core';

/** The same graph with the same numbers, none of them in a narrower form. */
export function widenWeights(graph: Graph): Graph {
  const nodes = graph.nodes.map((node) => {
    if (node.op !== 'const' || node.attrs.tensor.stored === undefined) return node;
    const { dtype, shape, values } = node.attrs.tensor;
    return { ...node, attrs: { tensor: { dtype, shape, values } } };
  });
  return { ...graph, nodes };
}
