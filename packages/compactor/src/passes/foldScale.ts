// Knows how a factor of one number a channel goes into the weights of the layer before it.
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
  scaleChannels,
} from '@asfp/core';
import { freshNames, redirect, replaceNodes } from '../pipeline/editGraph.ts';
import type { Pass } from '../pipeline/pass.ts';

type Weighted = GraphNode<'conv2d' | 'depthwiseConv2d' | 'matMul'>;

/** Folds `layer(x) · [c]` and `layer(x) / [c]` into kernel and bias, where the layer applies no activation, is read by nobody else, and its kernel is not quantized; in float64, rounded once. */
export const foldScale: Pass = {
  name: 'foldScale',
  run: (graph) => {
    const nodes = nodesByName(graph);
    const readers = readersOf(graph);
    const outputs = outputNodes(graph);
    const shapes = inferShapes(graph);
    const fresh = freshNames(graph);
    const folded = new Map<string, readonly GraphNode[]>();
    const renames = new Map<string, string>();
    for (const node of graph.nodes) {
      if (node.op !== 'binary' || (node.attrs.fn !== 'mul' && node.attrs.fn !== 'div')) continue;
      const [a = '', b = ''] = node.inputs;
      const swapped = node.attrs.fn === 'mul' && constantTensor(nodes, a) !== undefined;
      const [from, other] = swapped ? [b, a] : [a, b];
      const layer = nodes.get(from);
      if (layer?.op !== 'conv2d' && layer?.op !== 'depthwiseConv2d' && layer?.op !== 'matMul') continue;
      if (layer.attrs.activation !== 'none' || readers.get(from)?.length !== 1 || outputs.has(from)) continue;
      const shape = shapes.get(from);
      const scale = scaleOf(constantTensor(nodes, other), shape?.at(-1), shape?.length ?? 0, node.attrs.fn);
      const parts = scale && scaledWeights(layer, nodes, scale, fresh);
      if (parts === undefined) continue;
      folded.set(from, parts);
      renames.set(node.name, from);
    }
    if (folded.size === 0) return { graph, notes: [] };
    const without: Graph = replaceNodes(graph, (node) =>
      renames.has(node.name) ? [] : (folded.get(node.name) ?? [node]),
    );
    const notes = [...renames].map(([factor, layer]) => `${factor} went into ${layer}`);
    return { graph: redirect(without, renames), notes };
  },
};

/** One finite factor a channel; undefined where the constant has another form. */
function scaleOf(
  tensor: HostTensor | undefined,
  channels: number | null | undefined,
  rank: number,
  fn: 'mul' | 'div',
): Float64Array | undefined {
  if (tensor?.dtype !== 'float32' || typeof channels !== 'number' || tensor.shape.length > rank)
    return undefined;
  const wide = tensor.values.length === channels && tensor.shape.at(-1) === channels;
  if (!wide && tensor.values.length !== 1) return undefined;
  const factors = Float64Array.from({ length: channels }, (_, c) => {
    const value = tensor.values[wide ? c : 0] as number;
    return fn === 'mul' ? value : 1 / value;
  });
  return factors.every((factor) => Number.isFinite(factor)) ? factors : undefined;
}

/** The layer and its scaled weights; a kernel's last axis counts filters, a depthwise kernel's last two do together. */
function scaledWeights(
  layer: Weighted,
  nodes: ReadonlyMap<string, GraphNode>,
  scale: Float64Array,
  fresh: (base: string) => string,
): readonly GraphNode[] | undefined {
  const kernel = constantTensor(nodes, layer.inputs[1]);
  const bias = constantTensor(nodes, layer.inputs[2]);
  if (
    kernel === undefined ||
    kernel.stored !== undefined ||
    (layer.inputs[2] !== undefined && bias === undefined)
  )
    return undefined;
  const scaled = (part: string, tensor: HostTensor): GraphNode => ({
    name: fresh(`${layer.name}/${part}`),
    op: 'const',
    inputs: [],
    attrs: {
      tensor: float32Tensor(tensor.shape, new Float32Array(scaleChannels(tensor.values, scale))),
    },
  });
  const parts = [scaled('kernel', kernel), ...(bias === undefined ? [] : [scaled('bias', bias)])];
  const inputs = [layer.inputs[0] as string, ...parts.map(({ name }) => name)];
  return [...parts, { ...layer, inputs } as GraphNode];
}
