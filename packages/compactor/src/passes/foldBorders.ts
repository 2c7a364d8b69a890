// Knows how constants go into a bias even where the padding shows; like zeroFilters, it changes what a graph computes.
import {
  type ChannelConstants,
  channelConstants,
  channelWeights,
  constantTensor,
  float32Tensor,
  type Graph,
  type GraphNode,
  type HostTensor,
  inferShapes,
  nodesByName,
  type Shape,
  windowSeesPadding,
} from '@asfp/core';
import { freshNames } from '../pipeline/editGraph.ts';
import type { Pass } from '../pipeline/pass.ts';

/**
 * A constant input channel v of a convolution whose padding shows becomes v·ΣW in its bias, as if the frame held v
 * as well: exact inside the image, wrong at its border, where zeros were. Nothing then has to carry the constant.
 */
export const foldBorders: Pass = {
  name: 'foldBorders',
  run: (graph) => {
    const notes: string[] = [];
    let current = graph;
    // A depthwise convolution that has been folded is constant itself, for the next one to fold.
    for (;;) {
      const next = foldOnce(current, notes);
      if (next === current) return { graph: current, notes };
      current = next;
    }
  },
};

type Conv = GraphNode<'conv2d' | 'depthwiseConv2d'>;

interface Known {
  readonly shapes: ReadonlyMap<string, Shape>;
  readonly constants: ChannelConstants;
  readonly nodes: ReadonlyMap<string, GraphNode>;
}

function foldOnce(graph: Graph, notes: string[]): Graph {
  const shapes = inferShapes(graph);
  const known = { shapes, constants: channelConstants(graph, shapes), nodes: nodesByName(graph) };
  const fresh = freshNames(graph);
  const before = notes.length;
  const nodes = graph.nodes.flatMap((node): readonly GraphNode[] => {
    if (node.op !== 'conv2d' && node.op !== 'depthwiseConv2d') return [node];
    const kernel = constantTensor(known.nodes, node.inputs[1]);
    const bias = constantTensor(known.nodes, node.inputs[2]);
    if (kernel === undefined || (node.inputs[2] !== undefined && bias === undefined)) return [node];
    const facts = framedConstants(node, kernel, known);
    const folded = facts === undefined ? [] : foldable(node, kernel, facts);
    if (facts === undefined || folded.length === 0) return [node];
    notes.push(`${node.name}: the constants of ${folded.length} channels went into its bias`);
    const constants = [
      constantNode(fresh(`${node.name}/kernel`), without(kernel, folded)),
      constantNode(fresh(`${node.name}/bias`), raised(node, kernel, bias, facts, folded)),
    ];
    const inputs = [node.inputs[0] as string, ...constants.map(({ name }) => name)];
    return [...constants, { ...node, inputs } as GraphNode];
  });
  return notes.length === before ? graph : { ...graph, nodes };
}

/** The constants of a convolution's input, those inside an explicit frame of zeros too; undefined where no frame shows. */
function framedConstants(node: Conv, kernel: HostTensor, known: Known): Float64Array | undefined {
  const from = node.inputs[0] as string;
  const pad = known.nodes.get(from);
  if (pad?.op === 'pad' && pad.attrs.value === 0) {
    const [batch, , , channels] = pad.attrs.paddings;
    const plain = [batch, channels].every((each) => each?.[0] === 0 && each[1] === 0);
    if (plain) return known.constants.get(pad.inputs[0] as string);
  }
  return windowSeesPadding(node, kernel, known.shapes) ? known.constants.get(from) : undefined;
}

/** Input channels with a constant other than zero that some filter weighs. */
function foldable(node: Conv, kernel: HostTensor, facts: Float64Array): number[] {
  return [...facts.keys()].filter((c) => {
    const value = facts[c] as number;
    if (Number.isNaN(value) || value === 0) return false;
    return filtersOf(node, kernel, c).some((o) => !channelWeights(node.op, kernel, c, o).isZero);
  });
}

/** The filters that may weigh an input channel. */
function filtersOf(node: Conv, kernel: HostTensor, c: number): number[] {
  const outs = kernel.shape.at(-1) as number;
  return Array.from({ length: outs }, (_, o) => (node.op === 'depthwiseConv2d' ? c * outs + o : o));
}

/** The kernel `[kh, kw, in, …]` with zeros for some input channels. */
function without(kernel: HostTensor, channels: readonly number[]): HostTensor {
  const [ins, outs] = kernel.shape.slice(-2) as [number, number];
  const values = Float32Array.from(kernel.values);
  for (let window = 0; window < values.length; window += ins * outs)
    for (const c of channels) values.fill(0, window + c * outs, window + (c + 1) * outs);
  return float32Tensor(kernel.shape, values);
}

function raised(
  node: Conv,
  kernel: HostTensor,
  bias: HostTensor | undefined,
  facts: Float64Array,
  folded: readonly number[],
): HostTensor {
  const [ins, outs] = kernel.shape.slice(-2) as [number, number];
  const size = node.op === 'depthwiseConv2d' ? ins * outs : outs;
  const values = Float64Array.from({ length: size }, (_, o) => bias?.values[o] ?? 0);
  for (const c of folded) {
    for (const o of filtersOf(node, kernel, c)) {
      const { total } = channelWeights(node.op, kernel, c, o);
      values[o] = (values[o] as number) + (facts[c] as number) * total;
    }
  }
  return float32Tensor([size], Float32Array.from(values));
}

function constantNode(name: string, tensor: HostTensor): GraphNode {
  return { name, op: 'const', inputs: [], attrs: { tensor } };
}
