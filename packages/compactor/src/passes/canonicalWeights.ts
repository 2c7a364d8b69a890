// Knows what weights are called and where they stand: after their first reader, and just before it.
import type { Graph, GraphNode } from '@asfp/core';
import { redirect } from '../pipeline/editGraph.ts';
import type { Pass } from '../pipeline/pass.ts';

const parts: Readonly<Record<string, readonly string[]>> = {
  conv2d: ['', 'kernel', 'bias'],
  depthwiseConv2d: ['', 'kernel', 'bias'],
  matMul: ['', 'kernel', 'bias'],
  batchNorm: ['', 'gamma', 'beta', 'mean', 'variance'],
};

/** Names each constant after its first reader (`layer/kernel`) and puts it there, so that the same network gives the same bytes however it was rewritten. */
export const canonicalWeights: Pass = {
  name: 'canonicalWeights',
  run: (graph) => {
    const names = new Map<string, string>();
    const taken = new Set(graph.nodes.filter((node) => node.op !== 'const').map((node) => node.name));
    for (const output of graph.outputs) taken.add(output.from);
    const constants = new Map(
      graph.nodes.filter((node) => node.op === 'const').map((node) => [node.name, node]),
    );
    for (const output of graph.outputs) if (constants.has(output.from)) names.set(output.from, output.from);
    const ordered: GraphNode[] = [];
    const placed = new Set<string>();
    for (const node of graph.nodes) {
      if (node.op === 'const') continue;
      for (const [at, from] of node.inputs.entries()) {
        const constant = constants.get(from);
        if (constant === undefined || placed.has(from)) continue;
        placed.add(from);
        let name = names.get(from) ?? `${node.name}/${parts[node.op]?.[at] || `operand${at}`}`;
        while (taken.has(name) && !names.has(from)) name = `${name}_`;
        taken.add(name);
        names.set(from, name);
        ordered.push({ ...constant, name } as GraphNode);
      }
      ordered.push(node);
    }
    for (const [name, constant] of constants)
      if (names.get(name) === name && !placed.has(name)) ordered.push(constant);
    const renames = new Map([...names].filter(([from, to]) => from !== to));
    const rewritten: Graph = { ...graph, nodes: ordered };
    const same =
      renames.size === 0 &&
      ordered.every((node, i) => node === graph.nodes[i] || node.name === graph.nodes[i]?.name);
    if (same && ordered.length === graph.nodes.length) return { graph, notes: [] };
    return { graph: redirectOnce(rewritten, renames), notes: [] };
  },
};

/** Unlike `redirect`, follows each rename one step: a new name may be another constant's old one. */
function redirectOnce(graph: Graph, renames: ReadonlyMap<string, string>): Graph {
  const steps = new Map([...renames].map(([from, to]) => [from, `\u0000${to}`]));
  const marked = redirect(graph, steps);
  const plain = (name: string): string => (name.startsWith('\u0000') ? name.slice(1) : name);
  return {
    ...marked,
    nodes: marked.nodes.map((node) => ({ ...node, inputs: node.inputs.map(plain) }) as GraphNode),
    outputs: marked.outputs.map((output) => ({ ...output, from: plain(output.from) })),
  };
}
