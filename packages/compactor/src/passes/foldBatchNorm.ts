// Knows how batch norm in inference form goes into the weights of the layer before it.
import {
  constantTensor,
  float32Tensor,
  type Graph,
  type GraphNode,
  type HostTensor,
  nodesByName,
  normScale,
  outputNodes,
  readersOf,
  scaleChannels,
} from '@asfp/core';
import { freshNames, redirect, replaceNodes } from '../pipeline/editGraph.ts';
import type { Pass } from '../pipeline/pass.ts';

type Weighted = GraphNode<'conv2d' | 'depthwiseConv2d' | 'matMul'>;

/** Folds a batch norm into the convolution or dense layer that it alone reads, unless the kernel is quantized: W·s and (b − mean)·s + beta, s = gamma/√(variance + ε), in float64, rounded once. */
export const foldBatchNorm: Pass = {
  name: 'foldBatchNorm',
  run: (graph) => {
    const nodes = nodesByName(graph);
    const readers = readersOf(graph);
    const outputs = outputNodes(graph);
    const fresh = freshNames(graph);
    const folded = new Map<string, readonly GraphNode[]>();
    const renames = new Map<string, string>();
    const notes: string[] = [];
    for (const norm of graph.nodes) {
      if (norm.op !== 'batchNorm') continue;
      const layer = nodes.get(norm.inputs[0] as string);
      const why = reasonNotTo(layer, nodes, readers, outputs);
      const replacement = why === undefined ? fold(layer as Weighted, norm, nodes, fresh) : undefined;
      if (replacement === undefined) {
        notes.push(`${norm.name} stays: ${why ?? 'its numbers are not constants'}`);
        continue;
      }
      folded.set((layer as Weighted).name, replacement);
      renames.set(norm.name, (layer as Weighted).name);
    }
    if (folded.size === 0) return { graph, notes };
    const without: Graph = replaceNodes(graph, (node) =>
      renames.has(node.name) ? [] : (folded.get(node.name) ?? [node]),
    );
    return { graph: redirect(without, renames), notes };
  },
};

function reasonNotTo(
  layer: GraphNode | undefined,
  nodes: ReadonlyMap<string, GraphNode>,
  readers: ReadonlyMap<string, readonly GraphNode[]>,
  outputs: ReadonlySet<string>,
): string | undefined {
  if (layer?.op !== 'conv2d' && layer?.op !== 'depthwiseConv2d' && layer?.op !== 'matMul') {
    return `it does not follow a convolution or dense layer but ${layer?.name} (${layer?.op})`;
  }
  if (layer.attrs.activation !== 'none') return `${layer.name} applies ${layer.attrs.activation} first`;
  if (readers.get(layer.name)?.length !== 1 || outputs.has(layer.name))
    return `${layer.name} is read by others too`;
  const stored = constantTensor(nodes, layer.inputs[1])?.stored;
  // Scaled numbers are not those of the narrow form: the kernel would come out in four bytes a number.
  if (stored !== undefined) return `the kernel of ${layer.name} keeps its ${stored.dtype} form`;
  return undefined;
}

function fold(
  layer: Weighted,
  norm: GraphNode<'batchNorm'>,
  nodes: ReadonlyMap<string, GraphNode>,
  fresh: (base: string) => string,
): readonly GraphNode[] | undefined {
  const kernel = constantTensor(nodes, layer.inputs[1]);
  const bias = constantTensor(nodes, layer.inputs[2]);
  const [gamma, beta, mean, variance] = norm.inputs.slice(1).map((from) => constantTensor(nodes, from));
  if (kernel === undefined || (layer.inputs[2] !== undefined && bias === undefined)) return undefined;
  if (gamma === undefined || beta === undefined || mean === undefined || variance === undefined)
    return undefined;
  const scale = normScale(gamma.values, variance.values, norm.attrs.epsilon);
  const shift = Float64Array.from(
    scale,
    (s, c) => ((bias?.values[c] ?? 0) - (mean.values[c] as number)) * s + (beta.values[c] as number),
  );
  const constant = (part: string, tensor: HostTensor): GraphNode => ({
    name: fresh(`${layer.name}/${part}`),
    op: 'const',
    inputs: [],
    attrs: { tensor },
  });
  // The kernel's last axis counts filters; a depthwise kernel's last two, channel and multiplier, do together.
  const scaled = new Float32Array(scaleChannels(kernel.values, scale));
  const newKernel = constant('kernel', float32Tensor(kernel.shape, scaled));
  const newBias = constant('bias', float32Tensor([shift.length], Float32Array.from(shift)));
  const inputs = [layer.inputs[0] as string, newKernel.name, newBias.name];
  return [newKernel, newBias, { ...layer, inputs } as GraphNode];
}
