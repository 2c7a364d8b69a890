// Knows, by a rule of its own, how many multiply-adds a network has once nothing constant or unread is left in it.
import {
  activate,
  combine,
  constantTensor,
  type Graph,
  type GraphNode,
  inferShapes,
  nodesByName,
} from '@asfp/core';

type Kind<K extends GraphNode['op']> = GraphNode & { readonly op: K };

/** Between which numbers a channel stays, whatever the input. */
type Range = readonly [low: number, high: number];

/** A value's channels. */
type Channels = readonly Range[];

/** What of a kernel counts for channels: `[in, out]` sums over the window, and whether any weight is not zero. */
interface Weights {
  readonly outs: number;
  readonly window: number;
  readonly sums: Float64Array;
  readonly some: Uint8Array;
}

/** A graph on its way to a count; every map is by node name. */
interface State {
  readonly graph: Graph;
  readonly nodes: ReadonlyMap<string, GraphNode>;
  readonly shapes: ReadonlyMap<string, readonly (number | null)[]>;
  readonly weights: ReadonlyMap<string, Weights>;
  readonly channels: Map<string, Channels>;
  readonly read: Map<string, Set<number>>;
  readonly kept: Map<string, ReadonlySet<number>>;
}

/**
 * The multiply-adds of one image: positions × window × kept inputs × kept filters, over all layers.
 *
 * A channel is kept when it varies with the input and somebody weighs it. Four rules keep more: behind a depthwise
 * layer whose padding shows, a constant is another number at the border, so it varies; before a convolution whose
 * padding shows, one constant stays and carries all others; a sum has every channel that one of its branches has; and a
 * value of another rank than an image's or a row's has all.
 */
export function predictedMacs(graph: Graph): number {
  const nodes = nodesByName(graph);
  const state: State = {
    graph,
    nodes,
    shapes: inferShapes(graph),
    weights: new Map(graph.nodes.flatMap((node) => weightsOf(node, nodes))),
    channels: new Map(),
    read: new Map(graph.nodes.map(({ name }) => [name, new Set()])),
    kept: new Map(),
  };
  for (const node of graph.nodes) if (node.op !== 'const') state.channels.set(node.name, flow(state, node));
  for (const { from } of graph.outputs) callAll(state, from);
  for (const node of [...graph.nodes].reverse()) call(state, node);
  let macs = 0;
  for (const node of graph.nodes) {
    const kept = keep(state, node);
    state.kept.set(node.name, kept);
    const weights = state.weights.get(node.name);
    if (weights === undefined || node.op === 'convTranspose2d') continue;
    const size = (state.shapes.get(node.name) ?? []).slice(1, -1);
    const positions = size.reduce<number>((product, dim) => product * Number(dim), 1);
    const ins = node.op === 'depthwiseConv2d' ? 1 : keptOf(state, node.inputs[0]).size;
    macs += positions * weights.window * ins * kept.size;
  }
  return macs;
}

function weightsOf(node: GraphNode, nodes: State['nodes']): [string, Weights][] {
  if (!['conv2d', 'depthwiseConv2d', 'matMul', 'convTranspose2d'].includes(node.op)) return [];
  const kernel = constantTensor(nodes, node.inputs[1]);
  if (kernel === undefined) return [];
  const outs = Number(kernel.shape.at(-1));
  const size = Number(kernel.shape.at(-2)) * outs;
  const sums = new Float64Array(size);
  const some = new Uint8Array(size);
  for (const [at, weight] of kernel.values.entries()) {
    if (weight === 0) continue;
    sums[at % size] = Number(sums[at % size]) + weight;
    some[at % size] = 1;
  }
  return [[node.name, { outs, window: kernel.values.length / size, sums, some }]];
}

function of(state: State, name: string | undefined): Channels {
  return state.channels.get(name ?? '') ?? [];
}

function keptOf(state: State, name: string | undefined): ReadonlySet<number> {
  return state.kept.get(name ?? '') ?? new Set();
}

function valuesOf(state: State, name: string | undefined): ArrayLike<number> | undefined {
  return constantTensor(state.nodes, name)?.values;
}

const anything: Range = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];

function varying(state: State, node: GraphNode): Range[] {
  return new Array<Range>(Number(state.shapes.get(node.name)?.at(-1) ?? 0)).fill(anything);
}

/** A channel's one value, or undefined where it varies. */
function oneValue(range: Range | undefined): number | undefined {
  return range?.[0] === range?.[1] ? range?.[0] : undefined;
}

/** The range of a function that is monotonic in each of its arguments, from its values at the ends. */
function spanned(ends: readonly number[]): Range {
  return ends.some(Number.isNaN) ? anything : [Math.min(...ends), Math.max(...ends)];
}

/** Whether a window reaches over the image's border. */
function showsPadding(state: State, node: GraphNode): boolean {
  if (node.op !== 'conv2d' && node.op !== 'depthwiseConv2d') return false;
  const { pad, strides, dilations } = node.attrs;
  if (typeof pad !== 'string') return pad.flat().some((rows) => rows > 0);
  const shape = constantTensor(state.nodes, node.inputs[1])?.shape ?? [];
  return [0, 1].some((axis) => {
    const size = Number(state.shapes.get(node.inputs[0] ?? '')?.[axis + 1]);
    const reach = (Math.ceil(size / Number(strides[axis])) - 1) * Number(strides[axis]);
    return pad === 'same' && reach + (Number(shape[axis]) - 1) * Number(dilations[axis]) + 1 > size;
  });
}

/** What a node makes of its inputs' channels. */
function flow(state: State, node: GraphNode): Channels {
  const x = of(state, node.inputs[0]);
  const open = varying(state, node);
  switch (node.op) {
    case 'conv2d':
    case 'depthwiseConv2d':
    case 'matMul':
      return layerFlow(state, node, x);
    case 'convTranspose2d': {
      const { some = [], outs = 0 } = state.weights.get(node.name) ?? {};
      const isSilent = (o: number): boolean =>
        x.every((range, i) => oneValue(range) === 0 || some[o * outs + i] === 0);
      return open.map((_, o) => (isSilent(o) ? [0, 0] : anything));
    }
    case 'batchNorm': {
      const [gamma = [], beta = [], mean = [], variance = []] = node.inputs
        .slice(1)
        .map((name) => valuesOf(state, name));
      return x.map((range, c) => {
        const scale = Number(gamma[c]) / Math.sqrt(Number(variance[c]) + node.attrs.epsilon);
        if (scale === 0) return [Number(beta[c]), Number(beta[c])];
        return spanned(range.map((end) => (end - Number(mean[c])) * scale + Number(beta[c])));
      });
    }
    case 'unary':
      return x.map((range) => activated(node.attrs.fn, node.attrs.alpha, range));
    case 'binary': {
      const [a = [], b = []] = node.inputs.map((name) => operand(state, name, open));
      return open.map((_, c) => combined(node, a[c] ?? anything, b[c] ?? anything));
    }
    case 'pad': {
      const [before] = node.attrs.paddings.at(-1) ?? [0];
      const { value } = node.attrs;
      const isFramed = node.attrs.paddings.slice(0, -1).some(([a, b]) => a + b > 0);
      return open.map((_, c) => {
        const inner = x[c - before] ?? [value, value];
        return isFramed ? [Math.min(inner[0], value), Math.max(inner[1], value)] : inner;
      });
    }
    case 'concat':
      return node.inputs.flatMap((name) => of(state, name));
    case 'reshape':
      return open.length % x.length === 0 ? open.map((_, f) => x[f % x.length] ?? anything) : open;
    default:
      return isChannelwise(node) && x.length === open.length ? x : open;
  }
}

/** Ops that make every channel of the same one of their input, and of a constant the same constant. */
function isChannelwise(node: GraphNode): boolean {
  return ['maxPool', 'avgPool', 'resize', 'mean', 'squeeze', 'expandDims'].includes(node.op);
}

/** A filter's range: every tap adds what its weight makes of a channel; where padding shows it may add nothing. */
function layerFlow(state: State, node: Kind<'conv2d' | 'depthwiseConv2d' | 'matMul'>, x: Channels): Channels {
  const open = varying(state, node);
  const kernel = valuesOf(state, node.inputs[1]);
  const bias = node.inputs[2] === undefined ? [] : valuesOf(state, node.inputs[2]);
  const { outs = 0 } = state.weights.get(node.name) ?? {};
  if (kernel === undefined || bias === undefined) return open;
  const shows = showsPadding(state, node);
  const low = Float64Array.from(open, (_, o) => bias[o] ?? 0);
  const high = Float64Array.from(low);
  for (let at = 0; at < kernel.length; at++) {
    const weight = Number(kernel[at]);
    if (weight === 0) continue;
    const channel = Math.floor(at / outs) % x.length;
    const o = node.op === 'depthwiseConv2d' ? at % open.length : at % outs;
    const [least, most] = x[channel] ?? anything;
    const [from, to] = shows ? [Math.min(least, 0), Math.max(most, 0)] : [least, most];
    low[o] = Number(low[o]) + (weight > 0 ? times(weight, from) : times(weight, to));
    high[o] = Number(high[o]) + (weight > 0 ? times(weight, to) : times(weight, from));
  }
  const { activation, alpha } = node.attrs;
  return open.map((_, o) => activated(activation, alpha, [Number(low[o]), Number(high[o])]));
}

/** Infinity only means that no bound is known: zero times it is zero. */
function times(a: number, b: number): number {
  return a === 0 || b === 0 ? 0 : a * b;
}

const rising = [
  'none',
  'identity',
  'relu',
  'relu6',
  'elu',
  'selu',
  'leakyRelu',
  'sigmoid',
  'tanh',
  'softplus',
  'exp',
];

function activated(fn: Parameters<typeof activate>[0], alpha: number, range: Range): Range {
  if (rising.includes(fn)) return spanned(range.map((end) => activate(fn, alpha, end)));
  const value = oneValue(range);
  return value === undefined ? anything : spanned([activate(fn, alpha, value)]);
}

function combined({ attrs }: Kind<'binary'>, a: Range, b: Range): Range {
  if (attrs.fn === 'mul') return spanned(a.flatMap((p) => b.map((q) => times(p, q))));
  const isMonotonic = ['add', 'sub', 'maximum', 'minimum'].includes(attrs.fn);
  const areConstant = oneValue(a) !== undefined && oneValue(b) !== undefined;
  if (!isMonotonic && !areConstant) return anything;
  return spanned(a.flatMap((p) => b.map((q) => combine(attrs.fn, p, q))));
}

/** The channels of an operand, spread over those of the result. */
function operand(state: State, name: string, result: Channels): Channels {
  const values = valuesOf(state, name);
  if (values === undefined) return of(state, name).length === result.length ? of(state, name) : result;
  const isPerChannel = constantTensor(state.nodes, name)?.shape.at(-1) === values.length;
  if (values.length > 1 && !isPerChannel) return result;
  return result.map((_, c) => {
    const value = Number(values[values.length === 1 ? 0 : c]);
    return [value, value];
  });
}

/** The layer of which a sum is the bias: a constant of that layer is the same node's as a varying channel. */
function layerOfBias(state: State, node: GraphNode): string | undefined {
  if (node.op !== 'binary' || node.attrs.fn !== 'add') return undefined;
  if (!node.inputs.some((name) => valuesOf(state, name) !== undefined)) return undefined;
  return node.inputs.find((name) => state.weights.has(name));
}

/** Neither an image nor a row: no scatter can be written for it, so it keeps all its channels. */
function isWhole(state: State, node: GraphNode): boolean {
  return ![2, 4].includes(state.shapes.get(node.name)?.length ?? 0);
}

/** All varying channels of a value are read. */
function callAll(state: State, name: string): void {
  for (const [c, range] of of(state, name).entries()) {
    if (oneValue(range) === undefined) state.read.get(name)?.add(c);
  }
}

/** A node reads of its inputs what its own read channels are made of. */
function call(state: State, node: GraphNode): void {
  const own = state.read.get(node.name) ?? new Set();
  const first = node.inputs[0] ?? '';
  const x = of(state, first);
  const reads = (name: string, channel: number): void => {
    if (oneValue(of(state, name)[channel]) === undefined) state.read.get(name)?.add(channel);
  };
  const weights = state.weights.get(node.name);
  const count = of(state, node.name).length;
  if (isWhole(state, node)) {
    for (const name of node.inputs) callAll(state, name);
  } else if ((node.op === 'conv2d' || node.op === 'matMul') && weights !== undefined) {
    const weighed = [...x.keys()].filter((i) =>
      [...own].some((o) => weights.some[i * weights.outs + o] === 1),
    );
    for (const i of weighed) reads(first, i);
    const size = (i: number): number => Math.abs(oneValue(x[i]) ?? 0);
    const constants = weighed.filter((i) => size(i) > 0);
    // The carrier, the largest: each channel in a border is a share of it.
    const carrier = constants.find((i) => constants.every((other) => size(other) <= size(i)));
    if (carrier !== undefined && showsPadding(state, node)) state.read.get(first)?.add(carrier);
  } else if (node.op === 'depthwiseConv2d' && weights !== undefined) {
    // A constant is read here too: its border is no constant.
    for (const o of own) state.read.get(first)?.add(Math.floor(o / weights.outs));
  } else if (node.op === 'concat') {
    let offset = 0;
    for (const name of node.inputs) {
      const { length } = of(state, name);
      for (let c = 0; c < length; c++) if (own.has(offset + c)) state.read.get(name)?.add(c);
      offset += length;
    }
  } else if (node.op === 'pad') {
    const [before] = node.attrs.paddings.at(-1) ?? [0];
    for (const c of own) if (c >= before && c - before < x.length) state.read.get(first)?.add(c - before);
  } else if (node.op === 'reshape' && count % x.length === 0) {
    for (const f of own) state.read.get(first)?.add(f % x.length);
  } else if (node.op === 'unary' || node.op === 'batchNorm' || (isChannelwise(node) && x.length === count)) {
    for (const c of own) state.read.get(first)?.add(c);
  } else if (layerOfBias(state, node) !== undefined) {
    for (const c of own) state.read.get(layerOfBias(state, node) ?? '')?.add(c);
  } else if (node.op === 'binary') {
    for (const name of node.inputs) {
      if (of(state, name).length === count) for (const c of own) reads(name, c);
      else callAll(state, name);
    }
  } else for (const name of node.inputs) callAll(state, name);
}

/** The channels that a value has in the end: those that are read of it, or those of what it is made of. */
function keep(state: State, node: GraphNode): ReadonlySet<number> {
  const own = state.read.get(node.name) ?? new Set<number>();
  const first = keptOf(state, node.inputs[0]);
  const x = of(state, node.inputs[0]);
  const count = of(state, node.name).length;
  if (isWhole(state, node)) return allOf(count);
  switch (node.op) {
    case 'conv2d':
    case 'matMul':
      return own;
    case 'depthwiseConv2d': {
      const outs = Number(state.weights.get(node.name)?.outs);
      return new Set([...allOf(count)].filter((o) => first.has(Math.floor(o / outs))));
    }
    case 'binary': {
      const branches = node.inputs.filter((name) => of(state, name).length === count);
      return new Set([...own, ...branches.flatMap((name) => [...keptOf(state, name)])]);
    }
    case 'concat': {
      const kept: number[] = [];
      let offset = 0;
      for (const name of node.inputs) {
        for (const c of keptOf(state, name)) kept.push(offset + c);
        offset += of(state, name).length;
      }
      return new Set(kept);
    }
    case 'pad': {
      const [before] = node.attrs.paddings.at(-1) ?? [0];
      return new Set([...first].map((c) => c + before));
    }
    case 'reshape':
      if (count % x.length !== 0) return allOf(count);
      return new Set([...allOf(count)].filter((f) => first.has(f % x.length)));
    default:
      if (node.op === 'unary' || node.op === 'batchNorm') return first;
      return isChannelwise(node) && x.length === count ? first : allOf(count);
  }
}

function allOf(count: number): Set<number> {
  return new Set(Array.from({ length: count }, (_, c) => c));
}
