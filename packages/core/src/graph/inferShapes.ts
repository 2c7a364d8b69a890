// Knows the shape of every value of a graph.
import { checkAttrs } from './checkAttrs.ts';
import type { Dim, Graph, GraphNode } from './graph.ts';
import { type Shape, shapeOf, shapeWithout } from './ops.ts';

/**
 * The shape of each node's result by name; `inputs` replaces the declared shapes of some inputs. What opaque nodes
 * give, and what comes of it, is left out until a node's own weights say a shape again. Throws where shapes do not fit.
 */
export function inferShapes(
  graph: Graph,
  inputs: Readonly<Record<string, readonly Dim[]>> = {},
): Map<string, Shape> {
  const shapes = new Map<string, Shape>();
  for (const node of graph.nodes) {
    const given = node.op === 'input' && Object.hasOwn(inputs, node.name) ? inputs[node.name] : undefined;
    const shape = given ?? shapeAfter(node, shapes);
    if (shape !== undefined) shapes.set(node.name, shape);
  }
  return shapes;
}

/** The shape of one node's result from the shapes of those before it; undefined where it is unknown. */
export function shapeAfter(node: GraphNode, shapes: ReadonlyMap<string, Shape>): Shape | undefined {
  if (node.op === 'opaque' || node.op === 'part') return undefined;
  checkAttrs(node);
  const given = node.inputs.map((from) => shapes.get(from));
  if (given.includes(undefined)) return shapeWithout(node, given);
  return shapeOf(node, given as Shape[]);
}
