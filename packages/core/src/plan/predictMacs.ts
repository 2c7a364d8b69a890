// Knows what a network will cost once its zeroed filters are cut, without cutting them.
import { costTable } from '../cost/costTable.ts';
import { traceChannels } from '../coupling/traceChannels.ts';
import type { Graph } from '../graph/graph.ts';
import { nodesByName } from '../graph/walk.ts';

/**
 * Multiply-adds of convolutions and dense layers for one image, when the given filters (by kernel, the name of its const
 * node) write nothing: a layer works on the channels that some branch still brings, and makes its filters that are left.
 */
export function predictMacs(graph: Graph, zeroed: ReadonlyMap<string, readonly number[]>): number {
  const sets = new Map([...zeroed].map(([kernel, filters]) => [kernel, new Set(filters)]));
  const alive = traceChannels<boolean>(graph, {
    zero: false,
    make: (node, channel) => node.op !== 'conv2d' || sets.get(node.inputs[1] ?? '')?.has(channel) !== true,
    join: (a, b) => a || b,
  });
  const nodes = nodesByName(graph);
  const shareOf = (name: string | undefined): number => {
    const channels = alive.get(name ?? '');
    return channels === undefined ? 1 : channels.filter(Boolean).length / channels.length;
  };
  return costTable(graph).layers.reduce((sum, { name, op, macs }) => {
    // A depthwise layer makes of each channel what it reads of it: the channels of its result count once.
    const read = op === 'depthwiseConv2d' ? 1 : shareOf(nodes.get(name)?.inputs[0]);
    return sum + macs * read * shareOf(name);
  }, 0);
}
