// Knows which layers write into the same channels: the branches that meet in sums, and where channels cannot go.
import type { Graph, GraphNode, OpKind } from '../graph/graph.ts';
import { inferShapes } from '../graph/inferShapes.ts';
import { outputNodes, readersOf } from '../graph/walk.ts';
import { channelConstants } from './channelConstants.ts';
import { type ChannelShuffle, channelShuffles } from './channelShuffle.ts';
import { channelUse } from './channelUse.ts';
import { channelWall } from './channelWall.ts';

/** A branch of a stream: the node that makes its channels, and how many of them a cut leaves. */
export interface StreamBranch {
  readonly name: string;
  readonly op: OpKind;
  readonly keeps: number;
}

/** Values whose channels meet one by one, as in a residual stream. */
export interface ChannelStream {
  readonly channels: number;
  /** The sums, products and so on in which branches meet. */
  readonly meets: readonly string[];
  readonly branches: readonly StreamBranch[];
}

/** A node that needs all channels of what it reads. */
export interface ChannelWall {
  readonly name: string;
  readonly op: OpKind;
  readonly reason: string;
}

/** The streams and the walls of a graph, in its order. */
export interface ChannelGroups {
  readonly streams: readonly ChannelStream[];
  readonly walls: readonly ChannelWall[];
}

/** Ops whose channel i comes of channel i of their first input and of nothing else. */
const channelwise: ReadonlySet<OpKind> = new Set<OpKind>([
  'unary',
  'batchNorm',
  'maxPool',
  'avgPool',
  'resize',
  'mirrorPad',
]);

/** Finds the channels that are coupled. Throws where shapes do not fit. */
export function channelGroups(graph: Graph): ChannelGroups {
  const shapes = inferShapes(graph);
  const constants = channelConstants(graph, shapes);
  const use = channelUse(graph, shapes, constants);
  const parent = new Map<string, string>();
  const rootOf = (name: string): string => {
    let root = name;
    for (let up = parent.get(root); up !== undefined && up !== root; up = parent.get(root)) root = up;
    return root;
  };
  const channelsOf = (name: string): number | undefined => constants.get(name)?.length;
  const joined = (node: GraphNode): readonly string[] => {
    const same = node.inputs.filter((from) => channelsOf(from) === channelsOf(node.name));
    if (node.op === 'binary') return same;
    if (node.op === 'depthwiseConv2d' || channelwise.has(node.op)) return same.slice(0, 1);
    return [];
  };
  const coupled = graph.nodes.filter(({ name }) => channelsOf(name) !== undefined);
  for (const node of coupled) for (const from of joined(node)) parent.set(rootOf(from), rootOf(node.name));
  const members = new Map<string, GraphNode[]>();
  for (const node of coupled) {
    const root = rootOf(node.name);
    members.set(root, [...(members.get(root) ?? []), node]);
  }
  const streams = [...members.values()].flatMap((nodes): ChannelStream[] => {
    const meets = nodes.filter((node) => node.op === 'binary' && joined(node).length === 2);
    if (meets.length === 0) return [];
    const branches = nodes
      .filter((node) => joined(node).length === 0)
      .map(({ name, op }) => ({ name, op, keeps: count(use.get(name)) }));
    const channels = channelsOf(meets[0]?.name as string) as number;
    return [{ channels, meets: meets.map(({ name }) => name), branches }];
  });
  const outputs = outputNodes(graph);
  const shuffled = shuffledNodes(graph, channelShuffles(graph, shapes));
  const walls = graph.nodes.flatMap((node): ChannelWall[] => {
    if (shuffled.has(node.name) && !outputs.has(node.name)) return [];
    const reason = outputs.has(node.name) ? 'it is a result of the network' : channelWall(node, shapes);
    return reason === undefined ? [] : [{ name: node.name, op: node.op, reason }];
  });
  return { streams, walls };
}

/** The nodes of shuffles, but for those whose value is read on the way. */
function shuffledNodes(graph: Graph, shuffles: ReadonlyMap<string, ChannelShuffle>): Set<string> {
  const readers = readersOf(graph);
  const outputs = outputNodes(graph);
  const inside = new Set<string>();
  for (const [end, { through }] of shuffles) {
    inside.add(end);
    for (const name of [...through].reverse().slice(1)) {
      if (outputs.has(name) || !readers.get(name)?.every((reader) => inside.has(reader.name))) break;
      inside.add(name);
    }
  }
  return inside;
}

function count(flags: Uint8Array | undefined): number {
  return flags?.reduce((sum, flag) => sum + flag, 0) ?? 0;
}
