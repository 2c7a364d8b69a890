// Knows where each channel of each value comes from: followed forwards through sums, paddings, turns and joints.
import type { Graph, GraphNode } from '../graph/graph.ts';
import { inferShapes } from '../graph/inferShapes.ts';
import type { Shape } from '../graph/ops.ts';

/** What is known of a channel, and how it comes about. */
export interface ChannelAlgebra<T> {
  /** Channel `channel` of a node that makes new ones of all that it reads. */
  make(node: GraphNode, channel: number): T;
  /** Two channels that meet one by one, as in a sum. */
  join(a: T, b: T): T;
  /** A channel of zeros. */
  readonly zero: T;
}

interface Traced<T> {
  /** The axis that the channels lie on, counted from the end: −1 is the last. */
  readonly axis: number;
  readonly channels: readonly T[];
}

/**
 * What the algebra says of each channel of each value, constants left out. A node that this does not know how to follow
 * makes new channels on its last axis. Throws where shapes do not fit.
 */
export function traceChannels<T>(
  graph: Graph,
  algebra: ChannelAlgebra<T>,
): ReadonlyMap<string, readonly T[]> {
  const shapes = inferShapes(graph);
  const traced = new Map<string, Traced<T>>();
  for (const node of graph.nodes) {
    if (node.op === 'const') continue;
    const shape = shapes.get(node.name) ?? [];
    const inputs = node.inputs.map((name) => traced.get(name));
    const followed = follow(node, inputs, shape, shapes, algebra);
    // What does not fit its axis was not understood.
    const fits = followed !== undefined && shape.at(followed.axis) === followed.channels.length;
    const found = fits ? followed : made(node, shape, algebra);
    if (found !== undefined) traced.set(node.name, found);
  }
  return new Map([...traced].map(([name, { channels }]) => [name, channels]));
}

function made<T>(node: GraphNode, shape: Shape, algebra: ChannelAlgebra<T>): Traced<T> | undefined {
  const extent = shape.at(-1);
  if (extent === undefined || extent === null) return undefined;
  return { axis: -1, channels: Array.from({ length: extent }, (_, channel) => algebra.make(node, channel)) };
}

function follow<T>(
  node: GraphNode,
  inputs: readonly (Traced<T> | undefined)[],
  shape: Shape,
  shapes: ReadonlyMap<string, Shape>,
  algebra: ChannelAlgebra<T>,
): Traced<T> | undefined {
  const [x, y] = inputs;
  if (node.op === 'binary') return x && y ? joined(x, y, algebra) : (x ?? y);
  if (x === undefined) return undefined;
  const rank = shapes.get(node.inputs[0] as string)?.length ?? 0;
  const onLast = x.axis === -1;
  switch (node.op) {
    case 'unary':
    case 'batchNorm':
    case 'softmax':
      return x;
    case 'maxPool':
    case 'avgPool':
    case 'resize':
    case 'mirrorPad':
    case 'squeeze':
      return onLast ? x : undefined;
    case 'depthwiseConv2d': {
      const multiplier = (shape.at(-1) ?? 0) / x.channels.length;
      if (!onLast || !Number.isInteger(multiplier)) return undefined;
      return { axis: -1, channels: x.channels.flatMap((channel) => Array<T>(multiplier).fill(channel)) };
    }
    case 'reshape': {
      // Where the last axis holds several positions, channel c is at c, c + channels, c + 2 · channels and so on.
      const times = (shape.at(-1) ?? 0) / x.channels.length;
      if (!onLast || !Number.isInteger(times)) return undefined;
      return { axis: -1, channels: Array.from({ length: times }, () => x.channels).flat() };
    }
    case 'transpose': {
      const at = node.attrs.perm.indexOf(rank + x.axis);
      return { axis: at - rank, channels: x.channels };
    }
    case 'pad': {
      const [before = 0, after = 0] = node.attrs.paddings.at(x.axis) ?? [];
      if (node.attrs.value !== 0) return undefined;
      const zeros = (count: number): T[] => Array<T>(count).fill(algebra.zero);
      return { axis: x.axis, channels: [...zeros(before), ...x.channels, ...zeros(after)] };
    }
    case 'mean':
    case 'reduce': {
      const gone = node.attrs.axes.map((axis) => (axis < 0 ? axis : axis - rank));
      if (gone.includes(x.axis)) return undefined;
      const behind = node.attrs.keepDims ? 0 : gone.filter((axis) => axis > x.axis).length;
      return { axis: x.axis + behind, channels: x.channels };
    }
    case 'concat': {
      const parts = inputs.filter((part) => part !== undefined);
      if (parts.length !== inputs.length || parts.some(({ axis }) => axis !== x.axis)) return undefined;
      const axis = node.attrs.axis < 0 ? node.attrs.axis : node.attrs.axis - rank;
      if (axis === x.axis) return { axis, channels: parts.flatMap(({ channels }) => channels) };
      return parts.reduce<Traced<T> | undefined>((all, part) => all && joined(all, part, algebra), x);
    }
    default:
      return undefined;
  }
}

function joined<T>(x: Traced<T>, y: Traced<T>, algebra: ChannelAlgebra<T>): Traced<T> | undefined {
  if (x.axis !== y.axis || x.channels.length !== y.channels.length) return undefined;
  return {
    axis: x.axis,
    channels: x.channels.map((channel, c) => algebra.join(channel, y.channels[c] as T)),
  };
}
