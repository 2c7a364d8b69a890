// Knows which layers a file holds together with the PReLU behind them, as converters write it.
import type { Graph, GraphNode } from '../graph/graph.ts';
import { constantTensor, nodesByName, outputNodes, readersOf } from '../graph/walk.ts';
import type { HostTensor } from '../tensor/hostTensor.ts';

/** A layer that applies a PReLU itself: x `[…, in]`, its weights, and slopes, one a filter. */
export type SlopedLayer = GraphNode<'conv2d' | 'depthwiseConv2d' | 'matMul'>;

/** For the name of a PReLU, the layer before it that nobody else reads. */
export function slopedLayers(graph: Graph): ReadonlyMap<string, SlopedLayer> {
  const nodes = nodesByName(graph);
  const readers = readersOf(graph);
  const outputs = outputNodes(graph);
  const sloped = new Map<string, SlopedLayer>();
  for (const node of graph.nodes) {
    if (node.op !== 'binary' || node.attrs.fn !== 'prelu') continue;
    const layer = nodes.get(node.inputs[0] as string);
    if (layer?.op !== 'conv2d' && layer?.op !== 'depthwiseConv2d' && layer?.op !== 'matMul') continue;
    if (layer.attrs.activation !== 'none' || outputs.has(layer.name)) continue;
    if (readers.get(layer.name)?.length !== 1) continue;
    if (isSlope(constantTensor(nodes, node.inputs[1]), layer, nodes)) sloped.set(node.name, layer);
  }
  return sloped;
}

/** tfjs takes slopes `[out]` for every layer, and `[1, 1, out]` for convolutions. */
function isSlope(
  slope: HostTensor | undefined,
  layer: SlopedLayer,
  nodes: ReadonlyMap<string, GraphNode>,
): boolean {
  const [filters, ins] = [...(constantTensor(nodes, layer.inputs[1])?.shape ?? [])].reverse();
  if (filters === undefined || ins === undefined) return false;
  const outs = layer.op === 'depthwiseConv2d' ? filters * ins : filters;
  if (slope?.dtype !== 'float32' || slope.shape.at(-1) !== outs || slope.values.length !== outs) return false;
  return slope.shape.length === 1 || (slope.shape.length === 3 && layer.op !== 'matMul');
}
