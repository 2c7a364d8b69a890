// Knows nodes that hand their input on unchanged.
import type { Graph, GraphNode } from '@asfp/core';
import { redirect, replaceNodes } from '../pipeline/editGraph.ts';
import type { Pass } from '../pipeline/pass.ts';

/** Removes identities, dropout among them, and paddings of nothing. */
export const removeIdentity: Pass = {
  name: 'removeIdentity',
  run: (graph) => {
    const renames = new Map<string, string>();
    for (const node of graph.nodes) if (isIdentity(node)) renames.set(node.name, node.inputs[0] as string);
    if (renames.size === 0) return { graph, notes: [] };
    const without: Graph = replaceNodes(graph, (node) => (renames.has(node.name) ? [] : [node]));
    return { graph: redirect(without, renames), notes: [`removed ${[...renames.keys()].join(', ')}`] };
  },
};

function isIdentity(node: GraphNode): boolean {
  if (node.op === 'unary') return node.attrs.fn === 'identity';
  if (node.op === 'pad') return node.attrs.paddings.flat().every((width) => width === 0);
  if (node.op === 'transpose') return node.attrs.perm.every((axis, i) => axis === i);
  return false;
}
