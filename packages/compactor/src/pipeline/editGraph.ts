// Knows the edits that passes share: replacing nodes, and making readers read something else.
import type { Graph, GraphNode } from '@asfp/core';

/** The graph with some nodes replaced by none, one or several. */
export function replaceNodes(graph: Graph, replace: (node: GraphNode) => readonly GraphNode[]): Graph {
  return { ...graph, nodes: graph.nodes.flatMap(replace) };
}

/** The graph in which everybody who read a key of `renames` reads its value instead. */
export function redirect(graph: Graph, renames: ReadonlyMap<string, string>): Graph {
  const to = (name: string): string => {
    let current = name;
    for (let next = renames.get(current); next !== undefined; next = renames.get(current)) current = next;
    return current;
  };
  return {
    ...graph,
    nodes: graph.nodes.map((node) => withInputs(node, node.inputs.map(to))),
    outputs: graph.outputs.map((output) => ({ ...output, from: to(output.from) })),
  };
}

/** The node with other inputs; the same node where they are the same. */
export function withInputs(node: GraphNode, inputs: readonly string[]): GraphNode {
  if (inputs.every((input, i) => input === node.inputs[i]) && inputs.length === node.inputs.length)
    return node;
  return { ...node, inputs } as GraphNode;
}

/** A maker of names that no node of the graph has yet. */
export function freshNames(graph: Graph): (base: string) => string {
  const taken = new Set(graph.nodes.map((node) => node.name));
  return (base) => {
    let name = base;
    for (let i = 1; taken.has(name); i++) name = `${base}_${i}`;
    taken.add(name);
    return name;
  };
}
