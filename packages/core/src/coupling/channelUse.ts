// Knows which channels of which values some result really needs: all others can be cut.

import type { Graph, GraphNode } from '../graph/graph.ts';
import type { Shape } from '../graph/ops.ts';
import { constantTensor, nodesByName } from '../graph/walk.ts';
import type { ChannelConstants } from './channelConstants.ts';
import { channelWeights } from './channelWeights.ts';
import { keepsLastAxis, worksOnLastAxis } from './lastAxis.ts';
import { windowSeesPadding } from './windowSeesPadding.ts';

/** For each value, one flag a channel of its last axis: 1 where it must be there. */
export type ChannelUse = ReadonlyMap<string, Uint8Array>;

/** Marks more channels of a node's result, once all of its readers have marked theirs. */
export type MoreUse = (node: GraphNode, own: Uint8Array, facts: Float64Array) => void;

/**
 * The channels that must stay, from the graph's outputs backwards; `more` may ask for others besides.
 *
 * A constant channel is not needed: whoever reads it can be given the constant instead. The exception is a
 * convolution that sees its padding: inside the image the constant counts and in the frame it does not, so one
 * constant channel, the carrier, stays and stands for all of them.
 */
export function channelUse(
  graph: Graph,
  shapes: ReadonlyMap<string, Shape>,
  constants: ChannelConstants,
  more: MoreUse = () => undefined,
): ChannelUse {
  const nodes = nodesByName(graph);
  const use = new Map([...constants].map(([name, facts]) => [name, new Uint8Array(facts.length)]));
  for (const output of graph.outputs) use.get(output.from)?.fill(1);
  for (const node of [...graph.nodes].reverse()) {
    const [own, ownFacts] = [use.get(node.name), constants.get(node.name)];
    if (own !== undefined && ownFacts !== undefined) {
      keepOne(own, ownFacts);
      more(node, own, ownFacts);
    }
    for (const from of new Set(node.inputs)) {
      const target = use.get(from);
      const facts = constants.get(from);
      if (target === undefined || facts === undefined) continue;
      const needed = needs(node, from, facts, { use, nodes, shapes, constants });
      for (let c = 0; c < target.length; c++) if (needed(c)) target[c] = 1;
    }
  }
  return use;
}

/** No runtime takes tensors without channels: a value that is read for none of its own keeps one, a constant if it can. */
function keepOne(own: Uint8Array, facts: Float64Array): void {
  if (own.includes(1)) return;
  own[
    Math.max(
      0,
      facts.findIndex((value) => !Number.isNaN(value)),
    )
  ] = 1;
}

interface Known {
  readonly use: ReadonlyMap<string, Uint8Array>;
  readonly nodes: ReadonlyMap<string, GraphNode>;
  readonly shapes: ReadonlyMap<string, Shape>;
  readonly constants: ChannelConstants;
}

type Need = (channel: number) => boolean;

/** Which channels of its input `from` a node needs. */
function needs(node: GraphNode, from: string, facts: Float64Array, known: Known): Need {
  const out = known.use.get(node.name);
  const isLive: Need = (c) => Number.isNaN(facts[c]);
  if (out === undefined) return isLive;
  const first = node.inputs[0] === from;
  switch (node.op) {
    case 'conv2d':
    case 'matMul':
      return first ? weighed(node, facts, out, known) : isLive;
    case 'depthwiseConv2d': {
      const multiplier = out.length / facts.length;
      return (c) => out.subarray(c * multiplier, (c + 1) * multiplier).includes(1);
    }
    case 'convTranspose2d': {
      const kernel = constantTensor(known.nodes, node.inputs[1]);
      if (!first || kernel === undefined) return (c) => facts[c] !== 0;
      return (c) =>
        facts[c] !== 0 && out.some((flag, o) => flag === 1 && !channelWeights(node.op, kernel, c, o).isZero);
    }
    case 'slice': {
      const begin = node.attrs.begin.at(-1) as number;
      return (c) => isLive(c) && out[c - begin] === 1;
    }
    case 'depthToSpace':
      return (c) => isLive(c) && out[c % out.length] === 1;
    case 'unary':
      return needsTruth(node) ? (c) => isLive(c) || out[c] === 1 : (c) => out[c] === 1;
    case 'batchNorm':
    case 'maxPool':
    case 'avgPool':
    case 'resize':
      return (c) => out[c] === 1;
    case 'reduce':
    case 'squeeze':
    case 'expandDims':
    case 'mirrorPad':
    case 'mean':
    case 'transpose':
      return keepsLastAxis(node, known.shapes) ? (c) => out[c] === 1 : isLive;
    case 'pad': {
      const [before] = node.attrs.paddings.at(-1) ?? [0, 0];
      return (c) => out[c + before] === 1;
    }
    case 'reshape':
      if (out.length % facts.length !== 0) return isLive;
      return (c) => out.some((flag, f) => flag === 1 && f % facts.length === c);
    case 'binary':
      if (needsTruth(node)) return isLive;
      return out.length === facts.length ? (c) => isLive(c) && out[c] === 1 : isLive;
    case 'concat': {
      if (!worksOnLastAxis(node, known.shapes)) return isLive;
      let offset = 0;
      const offsets: number[] = [];
      for (const input of node.inputs) {
        if (input === from) offsets.push(offset);
        offset += known.constants.get(input)?.length ?? 0;
      }
      return (c) => offsets.some((start) => out[start + c] === 1);
    }
    case 'scatter':
      return (c) => out[node.attrs.positions[c] as number] === 1;
    case 'gather': {
      const indices = constantTensor(known.nodes, node.inputs[1]);
      if (!worksOnLastAxis(node, known.shapes)) return (c) => out[c] === 1;
      return (c) => indices?.values.some((index, at) => index === c && out[at] === 1) ?? true;
    }
    case 'softmax':
    case 'input':
    case 'const':
    case 'opaque':
    case 'part':
      return isLive;
  }
}

/** Whether a number put in the place of a channel that nobody weighs could become infinite: zero weights do not hide that. */
function needsTruth(node: GraphNode<'unary' | 'binary'>): boolean {
  return ['div', 'pow', 'log', 'sqrt', 'rsqrt', 'reciprocal'].includes(node.attrs.fn);
}

/** A filter that stays needs the live channels that it weighs, and a carrier where its padding shows. */
function weighed(
  node: GraphNode<'conv2d' | 'matMul'>,
  facts: Float64Array,
  out: Uint8Array,
  known: Known,
): Need {
  const kernel = constantTensor(known.nodes, node.inputs[1]);
  if (kernel === undefined) return (c) => Number.isNaN(facts[c]);
  const touches: Need = (c) =>
    out.some((flag, o) => flag === 1 && !channelWeights(node.op, kernel, c, o).isZero);
  const carrier =
    node.op === 'conv2d' && windowSeesPadding(node, kernel, known.shapes) ? carrierOf(facts, touches) : -1;
  return (c) => c === carrier || (Number.isNaN(facts[c]) && touches(c));
}

/** The constant channel that stands for all: the largest one, so that the others' shares are at most 1; −1 when none counts. */
export function carrierOf(facts: Float64Array, touches: (channel: number) => boolean): number {
  let carrier = -1;
  for (let c = 0; c < facts.length; c++) {
    const value = Math.abs(facts[c] as number);
    if (value > 0 && touches(c) && (carrier < 0 || value > Math.abs(facts[carrier] as number))) carrier = c;
  }
  return carrier;
}
