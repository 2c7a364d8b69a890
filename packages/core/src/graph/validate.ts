// Knows what must hold of every graph: unique names, inputs before readers, fitting shapes, outputs that exist.
import { AsfpError } from '../errors.ts';
import type { Graph } from './graph.ts';
import { inferShapes } from './inferShapes.ts';

/** Throws, naming the node, unless the graph is well formed. */
export function validate(graph: Graph): void {
  const seen = new Set<string>();
  for (const node of graph.nodes) {
    if (seen.has(node.name)) throw broken(node.name, 'a name of its own', 'two nodes of that name');
    for (const from of node.inputs) {
      if (!seen.has(from)) throw broken(node.name, `its input ${from} to stand before it`);
    }
    seen.add(node.name);
  }
  if (graph.outputs.length === 0) throw broken(graph.name, 'at least one output', 'none');
  for (const output of graph.outputs) {
    if (!seen.has(output.from)) throw broken(output.name, `the node ${output.from}`, 'none of that name');
  }
  inferShapes(graph);
}

function broken(where: string, expected: string, found?: string): AsfpError {
  return new AsfpError({ code: 'graph-form', where, expected, ...(found === undefined ? {} : { found }) });
}
