// Knows how a cut goes through channel shuffles: a shuffle with channels missing is a gather of those that are left.
import {
  type ChannelShuffle,
  channelShuffles,
  constantTensor,
  type Graph,
  type GraphNode,
  inferShapes,
  int32Tensor,
  nodesByName,
  type Shape,
} from '@asfp/core';
import { freshNames, replaceNodes, withInputs } from '../pipeline/editGraph.ts';
import type { Pass } from '../pipeline/pass.ts';
import { removeDead } from './removeDead.ts';

/**
 * The cut, with each chain of reshapes and transposes that only reorders the channels taken for a gather of them. A
 * chain of which nothing is cut stays as it was, and one that is cut evenly stays a chain: runtimes do these faster.
 */
export function throughShuffles(cut: Pass): Pass {
  return {
    name: cut.name,
    run: (graph) => {
      const shapes = inferShapes(graph);
      const shuffles = channelShuffles(graph, shapes);
      if (shuffles.size === 0) return cut.run(graph);
      const merged = asGathers(graph, shuffles, shapes);
      const { graph: smaller, ...rest } = cut.run(merged);
      if (smaller === merged) return { graph, ...rest };
      return { graph: asChains(smaller, graph, shuffles), ...rest };
    },
  };
}

type Shuffles = ReadonlyMap<string, ChannelShuffle>;

function asGathers(graph: Graph, shuffles: Shuffles, shapes: ReadonlyMap<string, Shape>): Graph {
  const fresh = freshNames(graph);
  const merged = replaceNodes(graph, (node): GraphNode[] => {
    const shuffle = shuffles.get(node.name);
    if (shuffle === undefined) return [node];
    const { from, order } = shuffle;
    const indices = fresh(`${node.name}/indices`);
    const axis = (shapes.get(node.name)?.length ?? 0) - 1;
    return [
      { name: indices, op: 'const', inputs: [], attrs: { tensor: int32Tensor([order.length], order) } },
      { name: node.name, op: 'gather', inputs: [from, indices], attrs: { axis } },
    ];
  });
  // What nobody reads any more would ask for all of its channels.
  return removeDead.run(merged).graph;
}

/** The order in which a gather takes channels; undefined where the name is not that of one. */
function orderAt(nodes: ReadonlyMap<string, GraphNode>, name: string): readonly number[] | undefined {
  const node = nodes.get(name);
  const indices = node?.op === 'gather' ? constantTensor(nodes, node.inputs[1]) : undefined;
  return indices && [...indices.values];
}

/** Gathers of all channels as the chains that they were, and those in whose order groups are swapped as chains of their own. */
function asChains(smaller: Graph, graph: Graph, shuffles: Shuffles): Graph {
  const shapes = inferShapes(smaller);
  const nodes = nodesByName(smaller);
  const before = nodesByName(graph);
  const fresh = freshNames(smaller);
  const written = new Set(nodes.keys());
  return replaceNodes(smaller, (node): GraphNode[] => {
    const shuffle = shuffles.get(node.name);
    const order = orderAt(nodes, node.name);
    const from = node.inputs[0] as string;
    if (shuffle === undefined || order === undefined) return [node];
    if (order.length === shuffle.order.length) {
      const missing = shuffle.through.filter((name) => name === node.name || !written.has(name));
      for (const name of missing) written.add(name);
      return missing.map((name) => {
        const step = before.get(name) as GraphNode;
        return name === shuffle.through[0] ? withInputs(step, [from]) : step;
      });
    }
    return swappedGroups(node.name, from, order, shapes, fresh) ?? [node];
  });
}

/** Reshape, transpose and reshape of an image or a row whose groups of channels are swapped; undefined where they are not. */
function swappedGroups(
  name: string,
  from: string,
  order: readonly number[],
  shapes: ReadonlyMap<string, Shape>,
  fresh: (base: string) => string,
): GraphNode[] | undefined {
  const [, ...places] = (shapes.get(name) ?? []).slice(0, -1);
  const groups = groupsOf(order);
  if (groups === undefined || order.length !== shapes.get(from)?.at(-1) || places.includes(null))
    return undefined;
  const [apart, turned] = [fresh(`${name}/apart`), fresh(`${name}/turned`)];
  const rows = [-1, ...(places as number[])];
  const rank = rows.length + 2;
  const perm = [...Array(rank - 2).keys(), rank - 1, rank - 2];
  const split = [...rows, groups, order.length / groups];
  return [
    { name: apart, op: 'reshape', inputs: [from], attrs: { shape: split } },
    { name: turned, op: 'transpose', inputs: [apart], attrs: { perm } },
    { name, op: 'reshape', inputs: [turned], attrs: { shape: [...rows, order.length] } },
  ];
}

/** Into how many groups the channels go, where the order takes one of each group in turn; undefined where it does not. */
function groupsOf(order: readonly number[]): number | undefined {
  const each = order[1] ?? 0;
  const groups = order.length / each;
  if (each < 2 || !Number.isInteger(groups)) return undefined;
  return order.every((from, i) => from === (i % groups) * each + Math.floor(i / groups)) ? groups : undefined;
}
