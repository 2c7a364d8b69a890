// Knows which layers give the network's answers: their filters are the answers, so no plan may choose them.
import type { Graph, OpKind } from '../graph/graph.ts';
import { nodesByName } from '../graph/walk.ts';

const layerOps: ReadonlySet<OpKind> = new Set(['conv2d', 'matMul']);

/** The names of the layers whose result reaches an output with no other convolution or dense layer between; depthwise ones count where they stand on that way. */
export function answerLayers(graph: Graph): Set<string> {
  const nodes = nodesByName(graph);
  const seen = new Set<string>();
  const stack = graph.outputs.map(({ from }) => from);
  for (let name = stack.pop(); name !== undefined; name = stack.pop()) {
    const node = nodes.get(name);
    if (node === undefined || seen.has(name)) continue;
    seen.add(name);
    if (!layerOps.has(node.op)) stack.push(...node.inputs);
  }
  return new Set(
    [...seen].filter((name) => {
      const op = nodes.get(name)?.op;
      return op !== undefined && (layerOps.has(op) || op === 'depthwiseConv2d');
    }),
  );
}
