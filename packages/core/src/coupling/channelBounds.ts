// Knows between which numbers every channel of a value stays, whatever the input: what shows a ReLU that can never fire.
import type { Graph, GraphNode, UnaryFn } from '../graph/graph.ts';
import type { Shape } from '../graph/ops.ts';
import { constantTensor, nodesByName } from '../graph/walk.ts';
import { activate } from '../interpret/elementwise.ts';
import { normScale } from '../tensor/normScale.ts';
import { keepsLastAxis, worksOnLastAxis } from './lastAxis.ts';
import { windowSeesPadding } from './windowSeesPadding.ts';

/** The least and the greatest value of each channel; infinite where nothing is known. */
export interface Bounds {
  readonly low: Float64Array;
  readonly high: Float64Array;
}

/** The bounds of every value whose last axis has a known size, by interval arithmetic; weights are left out. */
export function channelBounds(graph: Graph, shapes: ReadonlyMap<string, Shape>): Map<string, Bounds> {
  const nodes = nodesByName(graph);
  const bounds = new Map<string, Bounds>();
  for (const node of graph.nodes) {
    const channels = shapes.get(node.name)?.at(-1);
    if (node.op === 'const' || typeof channels !== 'number') continue;
    const found = boundsOf(node, channels, { bounds, nodes, shapes });
    bounds.set(
      node.name,
      found ?? boundsFrom(channels, () => [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]),
    );
  }
  return bounds;
}

interface Known {
  readonly bounds: ReadonlyMap<string, Bounds>;
  readonly nodes: ReadonlyMap<string, GraphNode>;
  readonly shapes: ReadonlyMap<string, Shape>;
}

type Range = readonly [number, number];

function boundsOf(node: GraphNode, channels: number, known: Known): Bounds | undefined {
  const x = known.bounds.get(node.inputs[0] ?? '');
  if (node.op === 'softmax') return boundsFrom(channels, () => [0, 1]);
  if (node.op === 'binary') return sums(node, channels, known);
  if (x === undefined) return undefined;
  const range = (c: number): Range => [x.low[c] as number, x.high[c] as number];
  switch (node.op) {
    case 'conv2d':
    case 'depthwiseConv2d':
    case 'matMul':
      return weighted(node, channels, x, known);
    case 'unary':
      return boundsFrom(channels, (c) => applied(node.attrs.fn, node.attrs.alpha, range(c)));
    case 'batchNorm': {
      const [gamma, beta, mean, variance] = node.inputs
        .slice(1)
        .map((from) => constantTensor(known.nodes, from)?.values);
      if (gamma === undefined || beta === undefined || mean === undefined || variance === undefined)
        return undefined;
      const scales = normScale(gamma, variance, node.attrs.epsilon);
      return boundsFrom(channels, (c) => {
        const scale = scales[c] as number;
        const ends = range(c).map((end) =>
          scale === 0 ? (beta[c] as number) : scale * (end - (mean[c] as number)) + (beta[c] as number),
        );
        return [Math.min(...ends), Math.max(...ends)];
      });
    }
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
    case 'pad':
      if (node.attrs.paddings.at(-1)?.some((width) => width !== 0)) return undefined;
      return boundsFrom(channels, (c) => hull(range(c), node.attrs.value));
    case 'reshape':
      return channels % x.low.length === 0 ? boundsFrom(channels, (c) => range(c % x.low.length)) : undefined;
    case 'slice':
      return boundsFrom(channels, (c) => range(c + (node.attrs.begin.at(-1) as number)));
    case 'concat': {
      const parts = node.inputs.map((from) => known.bounds.get(from));
      if (!worksOnLastAxis(node, known.shapes) || parts.includes(undefined)) return undefined;
      const ranges = (parts as Bounds[]).flatMap(({ low, high }) =>
        [...low].map((value, c): Range => [value, high[c] as number]),
      );
      return boundsFrom(channels, (c) => ranges[c] as Range);
    }
    default:
      return undefined;
  }
}

/** A filter's result lies between the sums of the ends of what it weighs; a padded window weighs zeros too. */
function weighted(
  node: GraphNode<'conv2d' | 'depthwiseConv2d' | 'matMul'>,
  channels: number,
  x: Bounds,
  known: Known,
): Bounds | undefined {
  const kernel = constantTensor(known.nodes, node.inputs[1]);
  const bias = constantTensor(known.nodes, node.inputs[2]);
  if (kernel === undefined || (node.inputs[2] !== undefined && bias === undefined)) return undefined;
  const { activation, alpha } = node.attrs;
  const padded = node.op !== 'matMul' && windowSeesPadding(node, kernel, known.shapes);
  const perWindow = (kernel.shape.at(-1) as number) * (kernel.shape.at(-2) as number);
  const ins = node.op === 'depthwiseConv2d' ? 1 : x.low.length;
  const multiplier = node.op === 'depthwiseConv2d' ? (kernel.shape.at(-1) as number) : 1;
  return boundsFrom(channels, (o) => {
    let low = bias?.values[o] ?? 0;
    let high = low;
    for (let at = 0; at < kernel.values.length; at += perWindow) {
      for (let i = 0; i < ins; i++) {
        const weight = kernel.values[at + i * channels + o] as number;
        if (weight === 0) continue;
        const c = node.op === 'depthwiseConv2d' ? Math.floor(o / multiplier) : i;
        const least = padded ? Math.min(x.low[c] as number, 0) : (x.low[c] as number);
        const most = padded ? Math.max(x.high[c] as number, 0) : (x.high[c] as number);
        low += weight > 0 ? product(weight, least) : product(weight, most);
        high += weight > 0 ? product(weight, most) : product(weight, least);
        if (low === Number.NEGATIVE_INFINITY && high === Number.POSITIVE_INFINITY)
          return applied(activation === 'none' ? 'identity' : activation, alpha, [low, high]);
      }
    }
    return applied(activation === 'none' ? 'identity' : activation, alpha, [low, high]);
  });
}

function sums(node: GraphNode<'binary'>, channels: number, known: Known): Bounds | undefined {
  const { fn } = node.attrs;
  if (fn !== 'add' && fn !== 'maximum' && fn !== 'minimum') return undefined;
  const [a, b] = node.inputs.map((from) => known.bounds.get(from) ?? ofWeights(from, channels, known));
  if (a?.low.length !== channels || b?.low.length !== channels) return undefined;
  const joined = { add: (p: number, q: number): number => p + q, maximum: Math.max, minimum: Math.min }[fn];
  return boundsFrom(channels, (c) => [
    joined(a.low[c] as number, b.low[c] as number),
    joined(a.high[c] as number, b.high[c] as number),
  ]);
}

function ofWeights(from: string, channels: number, known: Known): Bounds | undefined {
  const values = constantTensor(known.nodes, from)?.values;
  if (values?.length !== 1 && values?.length !== channels) return undefined;
  if (values.length !== 1 && constantTensor(known.nodes, from)?.shape.at(-1) !== channels) return undefined;
  return boundsFrom(channels, (c) => {
    const value = values[values.length === 1 ? 0 : c] as number;
    return [value, value];
  });
}

const rising: readonly UnaryFn[] = [
  'identity',
  'relu',
  'relu6',
  'elu',
  'selu',
  'sigmoid',
  'tanh',
  'softplus',
  'exp',
];

function applied(fn: UnaryFn, alpha: number, [low, high]: Range): Range {
  if (rising.includes(fn) || (fn === 'leakyRelu' && alpha >= 0))
    return [activate(fn, alpha, low), activate(fn, alpha, high)];
  return fn === 'abs' || fn === 'square'
    ? [0, Number.POSITIVE_INFINITY]
    : [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
}

function hull([low, high]: Range, value: number): Range {
  return [Math.min(low, value), Math.max(high, value)];
}

/** Zero times an infinite bound is zero: the value itself is finite. */
function product(weight: number, end: number): number {
  return end === 0 ? 0 : weight * end;
}

function boundsFrom(channels: number, range: (c: number) => Range): Bounds {
  const low = new Float64Array(channels);
  const high = new Float64Array(channels);
  for (let c = 0; c < channels; c++) {
    const [least, most] = range(c);
    low[c] = Number.isNaN(least) ? Number.NEGATIVE_INFINITY : least;
    high[c] = Number.isNaN(most) ? Number.POSITIVE_INFINITY : most;
  }
  return { low, high };
}
