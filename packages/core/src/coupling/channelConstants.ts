// Knows which channels of which values are the same number everywhere, whatever the input: what zeroed filters leave behind.

import type { Graph, GraphNode } from '../graph/graph.ts';
import type { Shape } from '../graph/ops.ts';
import { constantTensor, nodesByName } from '../graph/walk.ts';
import { activate, combine } from '../interpret/elementwise.ts';
import type { HostTensor } from '../tensor/hostTensor.ts';
import { normScale } from '../tensor/normScale.ts';
import { type Bounds, channelBounds } from './channelBounds.ts';
import { channelWeights } from './channelWeights.ts';
import { keepsLastAxis, worksOnLastAxis } from './lastAxis.ts';
import { windowSeesPadding } from './windowSeesPadding.ts';

/** For each value, one number a channel of its last axis: the constant it always is, or NaN where it depends on the input. */
export type ChannelConstants = ReadonlyMap<string, Float64Array>;

/** The constant channels of every value whose last axis has a known size; constants (weights) themselves are left out. */
export function channelConstants(graph: Graph, shapes: ReadonlyMap<string, Shape>): ChannelConstants {
  const nodes = nodesByName(graph);
  const bounds = channelBounds(graph, shapes);
  const facts = new Map<string, Float64Array>();
  for (const node of graph.nodes) {
    const channels = shapes.get(node.name)?.at(-1);
    if (node.op === 'const' || typeof channels !== 'number') continue;
    const found = factsOf(node, channels, { facts, nodes, shapes }) ?? live(channels);
    const { low, high } = bounds.get(node.name) as Bounds;
    // Where the least value is the greatest (a ReLU that never fires, a ReLU6 that always does) nothing else is left.
    const settled = (value: number, c: number): number =>
      Number.isNaN(value) && low[c] === high[c] && Number.isFinite(low[c]) ? (low[c] as number) : value;
    facts.set(node.name, found.map(settled));
  }
  return facts;
}

/** What the rules look things up in. */
interface Known {
  readonly facts: ReadonlyMap<string, Float64Array>;
  readonly nodes: ReadonlyMap<string, GraphNode>;
  readonly shapes: ReadonlyMap<string, Shape>;
}

function factsOf(node: GraphNode, channels: number, known: Known): Float64Array | undefined {
  // The first operand may be a weight, of which there are no facts.
  if (node.op === 'binary') return binaryFacts(node, channels, known);
  const x = known.facts.get(node.inputs[0] ?? '');
  if (x === undefined) return undefined;
  const weights = (at: number): HostTensor['values'] | undefined =>
    constantTensor(known.nodes, node.inputs[at])?.values;
  switch (node.op) {
    case 'conv2d':
    case 'depthwiseConv2d':
    case 'matMul':
      return weightedFacts(node, channels, x, known);
    case 'batchNorm': {
      const [gamma, beta, mean, variance] = [weights(1), weights(2), weights(3), weights(4)];
      if (gamma === undefined || beta === undefined || mean === undefined || variance === undefined)
        return undefined;
      const scales = normScale(gamma, variance, node.attrs.epsilon);
      return x.map((value, c) => {
        const scale = scales[c] as number;
        if (scale === 0) return beta[c] as number;
        return scale * (value - (mean[c] as number)) + (beta[c] as number);
      });
    }
    case 'unary':
      return x.map((value) => activate(node.attrs.fn, node.attrs.alpha, value));
    case 'maxPool':
    case 'avgPool':
    case 'resize':
      return x;
    case 'mean':
    case 'transpose':
    case 'squeeze':
    case 'expandDims':
    case 'mirrorPad':
      return keepsLastAxis(node, known.shapes) ? x : undefined;
    case 'reduce':
      // A sum depends on how many positions there are; the largest and smallest of a constant are the constant.
      if (!keepsLastAxis(node, known.shapes)) return undefined;
      return node.attrs.fn === 'sum' ? x.map((value) => (value === 0 ? 0 : Number.NaN)) : x;
    case 'convTranspose2d':
      return transposedFacts(node, channels, x, known);
    case 'slice':
      return x.subarray(node.attrs.begin.at(-1), (node.attrs.begin.at(-1) as number) + channels);
    case 'depthToSpace':
      return Float64Array.from({ length: channels }, (_, c) => {
        const value = x[c] as number;
        for (let from = c; from < x.length; from += channels) if (x[from] !== value) return Number.NaN;
        return value;
      });
    case 'pad': {
      const [before, after] = node.attrs.paddings.at(-1) ?? [0, 0];
      const framed = node.attrs.paddings.slice(0, -1).some(([a, b]) => a > 0 || b > 0);
      const { value } = node.attrs;
      return Float64Array.from({ length: channels }, (_, c) => {
        if (c < before || c >= channels - after) return value;
        const inner = x[c - before] as number;
        return framed && inner !== value ? Number.NaN : inner;
      });
    }
    case 'reshape':
      // Row-major order: where the new last axis is a whole number of channel rows, feature f is channel f mod c.
      return channels % x.length === 0 ? repeat(x, channels) : undefined;
    case 'concat': {
      const parts = node.inputs.map((from) => known.facts.get(from));
      if (!worksOnLastAxis(node, known.shapes) || parts.includes(undefined)) return undefined;
      return Float64Array.from(parts.flatMap((part) => [...(part as Float64Array)]));
    }
    case 'scatter':
      return Float64Array.from(node.attrs.fill, (fill, c) => {
        const at = node.attrs.positions.indexOf(c);
        return at < 0 ? fill : (x[at] as number);
      });
    case 'gather': {
      const indices = weights(1);
      if (!worksOnLastAxis(node, known.shapes)) return x;
      return indices === undefined ? undefined : Float64Array.from(indices, (index) => x[index] as number);
    }
    case 'input':
    case 'const':
    case 'softmax':
    case 'opaque':
    case 'part':
      return undefined;
  }
}

/** A filter's result is constant where every input that it weighs is, and the padding cannot be seen. */
function weightedFacts(
  node: GraphNode<'conv2d' | 'depthwiseConv2d' | 'matMul'>,
  channels: number,
  x: Float64Array,
  known: Known,
): Float64Array | undefined {
  const kernel = constantTensor(known.nodes, node.inputs[1]);
  const bias = constantTensor(known.nodes, node.inputs[2]);
  if (kernel === undefined || (node.inputs[2] !== undefined && bias === undefined)) return undefined;
  const uneven = node.op !== 'matMul' && windowSeesPadding(node, kernel, known.shapes);
  return Float64Array.from({ length: channels }, (_, o) => {
    let sum = bias?.values[o] ?? 0;
    const only = node.op === 'depthwiseConv2d' ? Math.floor((o * x.length) / channels) : undefined;
    for (let i = only ?? 0; i < (only === undefined ? x.length : only + 1); i++) {
      if (x[i] === 0) continue;
      const { isZero, total } = channelWeights(node.op, kernel, i, o);
      if (isZero) continue;
      if (uneven || Number.isNaN(x[i])) return Number.NaN;
      sum += (x[i] as number) * total;
    }
    return activate(node.attrs.activation, node.attrs.alpha, sum);
  });
}

/** Every window of a transposed convolution adds up other taps, so only zeros stay constant. */
function transposedFacts(
  node: GraphNode<'convTranspose2d'>,
  channels: number,
  x: Float64Array,
  known: Known,
): Float64Array | undefined {
  const kernel = constantTensor(known.nodes, node.inputs[1]);
  if (kernel === undefined) return undefined;
  return Float64Array.from({ length: channels }, (_, o) => {
    const silent = x.every((value, i) => value === 0 || channelWeights(node.op, kernel, i, o).isZero);
    return silent ? 0 : Number.NaN;
  });
}

function binaryFacts(node: GraphNode<'binary'>, channels: number, known: Known): Float64Array | undefined {
  const [a, b] = node.inputs.map((from) => operandFacts(from, channels, known));
  if (a === undefined || b === undefined) return undefined;
  return Float64Array.from({ length: channels }, (_, c) => {
    const [left, right] = [a[c] as number, b[c] as number];
    if (node.attrs.fn === 'mul' && (left === 0 || right === 0)) return 0;
    return combine(node.attrs.fn, left, right);
  });
}

/** An operand's constants, one a channel of the result; a weight is constant where it has one value a channel. */
function operandFacts(from: string, channels: number, known: Known): Float64Array | undefined {
  const facts = known.facts.get(from);
  if (facts !== undefined) return facts.length === channels ? facts : undefined;
  const tensor = constantTensor(known.nodes, from);
  if (tensor === undefined) return undefined;
  const values = Float64Array.from(tensor.values);
  if (values.length === 1) return new Float64Array(channels).fill(values[0] as number);
  if (values.length === channels && tensor.shape.at(-1) === channels) return values;
  return live(channels);
}

function repeat(x: Float64Array, length: number): Float64Array {
  return Float64Array.from({ length }, (_, f) => x[f % x.length] as number);
}

function live(channels: number): Float64Array {
  return new Float64Array(channels).fill(Number.NaN);
}
