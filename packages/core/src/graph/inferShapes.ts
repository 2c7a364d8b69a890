// Knows the shape of every value of a graph.
import { assertInternal } from '../errors.ts';
import type { Dim, Graph } from './graph.ts';
import { type Shape, shapeOf } from './ops.ts';

/** The shape of each node's result by name; `inputs` replaces the declared shapes of some inputs. Throws where shapes do not fit. */
export function inferShapes(
  graph: Graph,
  inputs: Readonly<Record<string, readonly Dim[]>> = {},
): Map<string, Shape> {
  const shapes = new Map<string, Shape>();
  for (const node of graph.nodes) {
    const given = node.op === 'input' ? inputs[node.name] : undefined;
    shapes.set(
      node.name,
      given ??
        shapeOf(
          node,
          node.inputs.map((from) => shapeFrom(shapes, from, node.name)),
        ),
    );
  }
  return shapes;
}

function shapeFrom(shapes: ReadonlyMap<string, Shape>, from: string, reader: string): Shape {
  const shape = shapes.get(from);
  assertInternal(shape !== undefined, `${reader} reads ${from}, which does not stand before it`);
  return shape;
}
