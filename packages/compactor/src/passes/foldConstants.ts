// Knows nodes whose inputs are all constants: they are computed once, here.
import { float32Tensor, type Graph, type GraphNode, readersOf, runGraph } from '@asfp/core';
import type { Pass } from '../pipeline/pass.ts';

/** Computes what depends on constants alone, chains in float64 and rounded once; so batch norm spelled as Rsqrt, Mul and Sub of its vectors becomes a factor and a term. */
export const foldConstants: Pass = {
  name: 'foldConstants',
  run: (graph) => {
    const constant = new Set<string>();
    for (const node of graph.nodes) if (isConstant(node, constant)) constant.add(node.name);
    const computed = graph.nodes.filter((node) => node.op !== 'const' && constant.has(node.name));
    if (computed.length === 0) return { graph, notes: [] };
    const readers = readersOf(graph);
    const results = new Set(graph.outputs.map(({ from }) => from));
    // Within a chain only the last values are wanted.
    const wanted = computed.filter(
      ({ name }) => results.has(name) || readers.get(name)?.some((reader) => !constant.has(reader.name)),
    );
    const values = runGraph(
      {
        ...graph,
        nodes: graph.nodes.filter((node) => constant.has(node.name)),
        outputs: wanted.map(({ name }) => ({ name, from: name })),
      },
      {},
    );
    const gone = new Set(computed.map(({ name }) => name));
    const nodes = graph.nodes.flatMap((node): GraphNode[] => {
      const value = values.get(node.name);
      if (!gone.has(node.name)) return [node];
      if (value === undefined) return [];
      const tensor = float32Tensor(value.shape, Float32Array.from(value.values));
      return [{ name: node.name, op: 'const', inputs: [], attrs: { tensor } }];
    });
    const rewritten: Graph = { ...graph, nodes };
    return { graph: rewritten, notes: [`computed ${computed.map(({ name }) => name).join(', ')}`] };
  },
};

function isConstant(node: GraphNode, constant: ReadonlySet<string>): boolean {
  if (node.op === 'const') return node.attrs.tensor.dtype === 'float32';
  if (node.op === 'input' || node.op === 'opaque' || node.op === 'part') return false;
  return node.inputs.length > 0 && node.inputs.every((from) => constant.has(from));
}
