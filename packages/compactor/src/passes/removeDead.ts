// Knows nodes that no output depends on.
import { type Graph, outputNodes } from '@asfp/core';
import type { Pass } from '../pipeline/pass.ts';

/** Removes nodes and weights that no output depends on; inputs stay, since callers feed them by name. */
export const removeDead: Pass = {
  name: 'removeDead',
  run: (graph) => {
    const needed = outputNodes(graph);
    for (const node of [...graph.nodes].reverse()) {
      if (needed.has(node.name)) for (const from of node.inputs) needed.add(from);
    }
    const nodes = graph.nodes.filter((node) => needed.has(node.name) || node.op === 'input');
    if (nodes.length === graph.nodes.length) return { graph, notes: [] };
    const rewritten: Graph = { ...graph, nodes };
    return { graph: rewritten, notes: [] };
  },
};
