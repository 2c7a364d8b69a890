// Knows what must hold of every graph: unique names, inputs before readers, fitting shapes, outputs that exist.
import { AsfpError } from '../errors.ts';
import type { Graph, GraphNode } from './graph.ts';
import { inferShapes } from './inferShapes.ts';
import type { Shape } from './ops.ts';
import { constantTensor, nodesByName } from './walk.ts';

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
  const shapes = inferShapes(graph);
  const nodes = nodesByName(graph);
  for (const node of graph.nodes) {
    if (node.op === 'gather') checkIndices(node, nodes, shapes.get(node.inputs[0] as string));
  }
}

/** Constant indices lie within the axis that they pick from, where its size is known. */
function checkIndices(
  node: GraphNode<'gather'>,
  nodes: ReadonlyMap<string, GraphNode>,
  shape: Shape | undefined,
): void {
  const indices = constantTensor(nodes, node.inputs[1]);
  const dim = shape?.at(node.attrs.axis);
  if (indices === undefined || dim === undefined || dim === null) return;
  const outside = indices.values.find((index) => !(index >= 0 && index < dim));
  if (outside !== undefined) throw broken(node.name, `indices below ${dim}`, String(outside));
}

function broken(where: string, expected: string, found?: string): AsfpError {
  return new AsfpError({ code: 'graph-form', where, expected, ...(found === undefined ? {} : { found }) });
}
