// Knows how the papers on filter pruning count what a pruned network costs: with shares of filters, not with whole ones.
import { costTable } from '../cost/costTable.ts';
import { traceChannels } from '../coupling/traceChannels.ts';
import type { Graph } from '../graph/graph.ts';
import { nodesByName } from '../graph/walk.ts';

/**
 * Multiply-adds of the convolutions alone, when a kernel (by its const node) loses a share of its filters that need not be a
 * whole number (FPGM, section 3.5.2; SFP's cifar_resnet_flop). What meets in a sum stays whole, `whole`, as where each
 * convolution is pruned on its own, or is as thick as its thickest part, `thin`, as where all of a stream keep the same channels.
 */
export function paperMacs(
  graph: Graph,
  pruned: ReadonlyMap<string, number>,
  streams: 'whole' | 'thin',
): number {
  const kept = traceChannels<number>(graph, {
    zero: 0,
    make: (node) => 1 - (node.op === 'conv2d' ? (pruned.get(node.inputs[1] ?? '') ?? 0) : 0),
    join: (a, b) => (streams === 'whole' ? 1 : Math.max(a, b)),
  });
  const nodes = nodesByName(graph);
  const shareOf = (name: string | undefined): number => {
    const shares = kept.get(name ?? '') ?? [1];
    return shares.reduce((sum, share) => sum + share, 0) / shares.length;
  };
  return costTable(graph).layers.reduce((sum, { name, op, macs }) => {
    if (op === 'matMul') return sum;
    const read = op === 'depthwiseConv2d' ? 1 : shareOf(nodes.get(name)?.inputs[0]);
    return sum + macs * read * shareOf(name);
  }, 0);
}
