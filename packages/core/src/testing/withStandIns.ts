// Knows what the ops mean that our graphs leave opaque and random graphs hold: each as nodes that the interpreter can run.
import { InternalError } from '../errors.ts';
import type { Graph, GraphNode } from '../graph/graph.ts';
import { inferShapes } from '../graph/inferShapes.ts';
import type { Shape } from '../graph/ops.ts';
import { constantTensor, nodesByName } from '../graph/walk.ts';
import { int32Tensor } from '../tensor/hostTensor.ts';

/** The graph with every opaque node replaced by nodes that compute the same. All of them only move values. Throws for kinds that random graphs do not hold. */
export function withStandIns(graph: Graph): Graph {
  const nodes = nodesByName(graph);
  let written: GraphNode[] = [];
  for (const node of graph.nodes) {
    if (node.op !== 'opaque') {
      written.push(node);
      continue;
    }
    const parts = graph.nodes.filter((part) => part.op === 'part' && part.inputs[0] === node.name);
    const shapes = inferShapes({ ...graph, nodes: written, outputs: [] });
    const shape = shapes.get(node.inputs[0] as string) ?? [];
    const numbers = [...(constantTensor(nodes, node.inputs[1])?.values ?? [])];
    written = [...written, ...standIn(node, parts, shape, numbers)];
  }
  return { ...graph, nodes: written.filter(({ op }) => op !== 'part') };
}

function standIn(
  node: GraphNode<'opaque'>,
  parts: readonly GraphNode[],
  shape: Shape,
  numbers: readonly number[],
): GraphNode[] {
  const { name, inputs } = node;
  const x = inputs[0] as string;
  const axis = Number((node.attrs.attr['axis'] as { i: string } | undefined)?.i);
  switch (node.attrs.kind) {
    case 'ReverseV2': {
      const along = numbers[0] as number;
      const size = shape[along] as number;
      const backwards = Array.from({ length: size }, (_, i) => size - 1 - i);
      return [
        { name: `${name}/order`, op: 'const', inputs: [], attrs: { tensor: int32Tensor([size], backwards) } },
        { name, op: 'gather', inputs: [x, `${name}/order`], attrs: { axis: along } },
      ];
    }
    case 'Tile': {
      const along = Math.max(
        0,
        numbers.findIndex((times) => times > 1),
      );
      const copies = new Array<string>(numbers[along] as number).fill(x);
      return [{ name, op: 'concat', inputs: copies, attrs: { axis: along } }];
    }
    case 'Pack': {
      const rows = inputs.map((input, i): GraphNode => {
        return { name: `${name}/row${i}`, op: 'expandDims', inputs: [input], attrs: { axis } };
      });
      return [...rows, { name, op: 'concat', inputs: rows.map((row) => row.name), attrs: { axis } }];
    }
    case 'Unpack': {
      const results = [name, ...parts.map((part) => part.name)];
      const indices = [0, ...parts.map((part) => (part.op === 'part' ? part.attrs.index : 0))];
      return results.flatMap((result, i): GraphNode[] => {
        const begin = shape.map((_, at) => (at === axis ? (indices[i] as number) : 0));
        const size = shape.map((_, at) => (at === axis ? 1 : -1));
        return [
          { name: `${result}/slice`, op: 'slice', inputs: [x], attrs: { begin, size } },
          { name: result, op: 'squeeze', inputs: [`${result}/slice`], attrs: { axes: [axis] } },
        ];
      });
    }
    default:
      throw new InternalError(`no stand-in for ${node.attrs.kind}`);
  }
}
