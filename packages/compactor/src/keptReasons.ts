// Knows why a zero filter stayed in a compact network: it follows the filter's channel to whoever needs it.
import {
  type ChannelConstants,
  carrierOf,
  channelConstants,
  channelWall,
  channelWeights,
  constantTensor,
  type Graph,
  type GraphNode,
  inferShapes,
  nodesByName,
  outputNodes,
  readersOf,
  type Shape,
  windowSeesPadding,
  worksOnLastAxis,
  zeroFiltersOf,
} from '@asfp/core';
import type { CutOptions } from './cutOptions.ts';

/** Tells for a layer why its zero filters stayed; undefined where it has none. */
export type KeptReason = (layer: string) => string | undefined;

/** What is looked up on the way. */
interface Known {
  readonly shapes: ReadonlyMap<string, Shape>;
  readonly constants: ChannelConstants;
  readonly nodes: ReadonlyMap<string, GraphNode>;
  readonly readers: ReadonlyMap<string, readonly GraphNode[]>;
  readonly outputs: ReadonlySet<string>;
  /** Constants of channels stay where they are. */
  readonly keep: boolean;
}

/** The reasons of a compact graph, cut with these options. */
export function keptReasons(graph: Graph, options: CutOptions = {}): KeptReason {
  const shapes = inferShapes(graph);
  const known: Known = {
    shapes,
    constants: channelConstants(graph, shapes),
    nodes: nodesByName(graph),
    readers: readersOf(graph),
    outputs: outputNodes(graph),
    keep: options.constants === 'keep',
  };
  return (name) => {
    const layer = known.nodes.get(name);
    const kernel = constantTensor(known.nodes, layer?.inputs[1]);
    const filters = shapes.get(name)?.at(-1);
    if (layer === undefined || kernel === undefined || typeof filters !== 'number') return undefined;
    const counts = new Map<string, number>();
    for (const filter of zeroFiltersOf(kernel.values, filters)) {
      const reason = reasonOf(name, filter, known) ?? fallback(filters, options);
      counts.set(reason, (counts.get(reason) ?? 0) + 1);
    }
    if (counts.size === 0) return undefined;
    if (counts.size === 1) return [...counts.keys()][0];
    return [...counts].map(([reason, count]) => `${count}: ${reason}`).join('; ');
  };
}

function fallback(filters: number, { constants = 'exact', multipleOf = 1 }: CutOptions): string {
  if (filters === 1) return 'it is the last filter, and no runtime takes tensors without channels';
  if (multipleOf > 1) return `the layer keeps a multiple of ${multipleOf} filters`;
  if (constants === 'keep') return 'its constant would change another layer';
  return 'another channel that it is joined with is needed';
}

/** Who needs a channel: the first reason on the way forward, breadth first. */
function reasonOf(from: string, channel: number, known: Known): string | undefined {
  const queue: [string, number][] = [[from, channel]];
  const seen = new Set([`${channel} ${from}`]);
  for (let entry = queue.shift(); entry !== undefined; entry = queue.shift()) {
    const [name, c] = entry;
    if (known.outputs.has(name))
      return name === from ? 'it is a result of the network' : `it reaches ${name}, a result of the network`;
    for (const reader of known.readers.get(name) ?? []) {
      const next = step(reader, name, c, known);
      if (typeof next === 'string') return next;
      for (const to of next) {
        const key = `${to} ${reader.name}`;
        if (seen.has(key)) continue;
        seen.add(key);
        queue.push([reader.name, to]);
      }
    }
  }
  return undefined;
}

/** Where a channel goes on in a reader, or why the reader needs it. */
function step(reader: GraphNode, from: string, c: number, known: Known): string | readonly number[] {
  const wall = channelWall(reader, known.shapes);
  if (wall !== undefined) return `${reader.name} needs all channels: ${wall}`;
  const facts = known.constants.get(from);
  const out = known.constants.get(reader.name);
  if (facts === undefined || out === undefined) return `${reader.name} needs all channels`;
  switch (reader.op) {
    case 'conv2d':
      if (known.keep) return facts[c] === 0 ? [] : `its constant would change ${reader.name}`;
      return carriesInto(reader, c, facts, known)
        ? `it carries a constant into ${reader.name}, whose padding shows`
        : [];
    case 'matMul':
      return known.keep && facts[c] !== 0 ? `its constant would change ${reader.name}` : [];
    case 'depthwiseConv2d': {
      const each = out.length / facts.length;
      const made = Array.from({ length: each }, (_, m) => c * each + m);
      if (made.some((to) => Number.isNaN(out[to])))
        return `its constant is uneven after ${reader.name}, whose padding shows`;
      return made;
    }
    case 'convTranspose2d':
      return facts[c] === 0 ? [] : `its constant is uneven after ${reader.name}, a transposed convolution`;
    case 'pad': {
      const to = c + (reader.attrs.paddings.at(-1)?.[0] ?? 0);
      return Number.isNaN(out[to]) && !Number.isNaN(facts[c])
        ? `its constant is framed by ${reader.name}`
        : [to];
    }
    case 'concat': {
      const starts: number[] = [];
      let offset = 0;
      for (const input of reader.inputs) {
        if (input === from) starts.push(offset);
        offset += known.constants.get(input)?.length ?? 0;
      }
      return starts.map((start) => start + c);
    }
    case 'scatter':
      return [reader.attrs.positions[c] as number];
    case 'reshape':
      return [...out.keys()].filter((to) => to % facts.length === c);
    case 'slice': {
      const to = c - (reader.attrs.begin.at(-1) as number);
      return to >= 0 && to < out.length ? [to] : [];
    }
    case 'depthToSpace':
      return [c % out.length];
    case 'gather': {
      if (!worksOnLastAxis(reader, known.shapes)) return [c];
      const indices = constantTensor(known.nodes, reader.inputs[1])?.values;
      if (indices === undefined) return `${reader.name} chooses channels at run time`;
      return [...indices.keys()].filter((to) => indices[to] === c);
    }
    default:
      return out.length === facts.length ? [c] : `${reader.name} needs all channels`;
  }
}

function carriesInto(
  reader: GraphNode<'conv2d'>,
  c: number,
  facts: Float64Array,
  { nodes, shapes }: Known,
): boolean {
  const kernel = constantTensor(nodes, reader.inputs[1]);
  // A kernel that is computed is known to nobody: all of its input stays.
  if (kernel === undefined) return true;
  if (!windowSeesPadding(reader, kernel, shapes)) return false;
  const outs = kernel.shape.at(-1) as number;
  const touches = (channel: number): boolean =>
    Array.from({ length: outs }, (_, o) => o).some(
      (o) => !channelWeights(reader.op, kernel, channel, o).isZero,
    );
  return carrierOf(facts, touches) === c;
}
