// Knows which convolutions a file holds together with the PReLU behind them, as converters write it.
import type { Graph, GraphNode } from '../graph/graph.ts';
import { constantTensor, nodesByName, outputNodes, readersOf } from '../graph/walk.ts';
import type { HostTensor } from '../tensor/hostTensor.ts';

/** A convolution that applies a PReLU itself. */
export type SlopedLayer = GraphNode<'conv2d' | 'depthwiseConv2d'>;

/** For the name of a PReLU, the convolution before it that nobody else reads; a matmul stays apart, since it may be a scatter's. */
export function slopedLayers(graph: Graph): ReadonlyMap<string, SlopedLayer> {
  const nodes = nodesByName(graph);
  const readers = readersOf(graph);
  const outputs = outputNodes(graph);
  const sloped = new Map<string, SlopedLayer>();
  for (const node of graph.nodes) {
    if (node.op !== 'binary' || node.attrs.fn !== 'prelu') continue;
    const layer = nodes.get(node.inputs[0] as string);
    if (layer?.op !== 'conv2d' && layer?.op !== 'depthwiseConv2d') continue;
    if (layer.attrs.activation !== 'none' || outputs.has(layer.name)) continue;
    if (readers.get(layer.name)?.length !== 1) continue;
    if (isSlope(constantTensor(nodes, node.inputs[1]), layer, nodes)) sloped.set(node.name, layer);
  }
  return sloped;
}

/** tfjs takes slopes `[out]` and `[1, 1, out]`. */
function isSlope(
  slope: HostTensor | undefined,
  layer: SlopedLayer,
  nodes: ReadonlyMap<string, GraphNode>,
): boolean {
  const [filters, ins] = [...(constantTensor(nodes, layer.inputs[1])?.shape ?? [])].reverse();
  if (filters === undefined || ins === undefined) return false;
  const outs = layer.op === 'depthwiseConv2d' ? filters * ins : filters;
  if (slope?.dtype !== 'float32' || slope.shape.at(-1) !== outs || slope.values.length !== outs) return false;
  return slope.shape.length === 1 || slope.shape.length === 3;
}
