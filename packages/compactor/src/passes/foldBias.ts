// Knows how an addition of one number a channel goes into the bias of the layer before it.
import {
  constantTensor,
  float32Tensor,
  type Graph,
  type GraphNode,
  type HostTensor,
  inferShapes,
  nodesByName,
  outputNodes,
  readersOf,
} from '@asfp/core';
import { freshNames, redirect, replaceNodes } from '../pipeline/editGraph.ts';
import type { Pass } from '../pipeline/pass.ts';

/** Folds `layer(x) + [c]` and `layer(x) − [c]` into the layer's bias, where the layer applies no activation and is read by nobody else. */
export const foldBias: Pass = {
  name: 'foldBias',
  run: (graph) => {
    const notes: string[] = [];
    let current = graph;
    // Sums may stand in a row: each round folds the first of every row.
    for (;;) {
      const next = foldOnce(current, notes);
      if (next === current) return { graph: current, notes };
      current = next;
    }
  },
};

function foldOnce(graph: Graph, notes: string[]): Graph {
  const nodes = nodesByName(graph);
  const readers = readersOf(graph);
  const outputs = outputNodes(graph);
  const shapes = inferShapes(graph);
  const fresh = freshNames(graph);
  const folded = new Map<string, readonly GraphNode[]>();
  const renames = new Map<string, string>();
  for (const node of graph.nodes) {
    if (node.op !== 'binary' || (node.attrs.fn !== 'add' && node.attrs.fn !== 'sub')) continue;
    const sign = node.attrs.fn === 'add' ? 1 : -1;
    const orders = sign === 1 ? [node.inputs, [...node.inputs].reverse()] : [node.inputs];
    for (const [from, other] of orders as [string, string][]) {
      const layer = nodes.get(from);
      const added = constantTensor(nodes, other);
      if (layer?.op !== 'conv2d' && layer?.op !== 'depthwiseConv2d' && layer?.op !== 'matMul') continue;
      const channels = shapes.get(from)?.at(-1);
      if (added === undefined || added.values.length !== channels || added.shape.at(-1) !== channels)
        continue;
      if (layer.attrs.activation !== 'none' || readers.get(from)?.length !== 1 || outputs.has(from)) continue;
      if (added.shape.length > (shapes.get(from)?.length ?? 0)) continue;
      const bias = constantTensor(nodes, layer.inputs[2]);
      if (layer.inputs[2] !== undefined && bias === undefined) continue;
      const sum = (): HostTensor =>
        float32Tensor(
          [channels],
          Float32Array.from(added.values, (value, c) => sign * value + (bias?.values[c] ?? 0)),
        );
      // A sum that only changes its place keeps the form that its file has it in.
      const moved = sign === 1 && bias === undefined && added.dtype === 'float32';
      const constant: GraphNode = {
        name: fresh(`${layer.name}/bias`),
        op: 'const',
        inputs: [],
        attrs: { tensor: moved ? { ...added, shape: [channels] } : sum() },
      };
      folded.set(from, [
        constant,
        { ...layer, inputs: [...layer.inputs.slice(0, 2), constant.name] } as GraphNode,
      ]);
      renames.set(node.name, from);
      break;
    }
  }
  if (folded.size === 0) return graph;
  const without = replaceNodes(graph, (node) =>
    renames.has(node.name) ? [] : (folded.get(node.name) ?? [node]),
  );
  notes.push(...[...renames].map(([add, layer]) => `${add} went into ${layer}`));
  return redirect(without, renames);
}
