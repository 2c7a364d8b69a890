// Knows which filters must go together for a channel to be gone: those that write into the same channel of a residual stream.
import { traceChannels } from '../coupling/traceChannels.ts';
import type { Graph } from '../graph/graph.ts';

/** A filter of a kernel, which is named by its const node. */
export interface GroupMember {
  readonly kernel: string;
  readonly filter: number;
}

/** Filters that go together. */
export type FilterGroup = readonly GroupMember[];

/**
 * The filters of all convolutions in groups, in the graph's order: members of a group write into the same channel, directly
 * or by a shortcut, padded with zeros or not. A convolution whose channels meet no others' has groups of one.
 */
export function filterGroups(graph: Graph): FilterGroup[] {
  const members: GroupMember[] = [];
  const parent: number[] = [];
  const known = new Map<string, number>();
  const rootOf = (id: number): number => {
    let root = id;
    while (parent[root] !== root) root = parent[root] as number;
    parent[id] = root;
    return root;
  };
  const add = (): number => parent.push(parent.length) - 1;
  traceChannels<number>(graph, {
    zero: -1,
    make: (node, filter) => {
      if (node.op !== 'conv2d') return add();
      const kernel = node.inputs[1] as string;
      // A kernel that two layers share is one.
      const key = `${filter} ${kernel}`;
      const id = known.get(key) ?? add();
      if (!known.has(key)) members[id] = { kernel, filter };
      known.set(key, id);
      return id;
    },
    join: (a, b) => {
      if (a < 0 || b < 0) return Math.max(a, b);
      const [low, high] = [Math.min(rootOf(a), rootOf(b)), Math.max(rootOf(a), rootOf(b))];
      parent[high] = low;
      return low;
    },
  });
  const groups = new Map<number, GroupMember[]>();
  members.forEach((member, id) => {
    const root = rootOf(id);
    groups.set(root, [...(groups.get(root) ?? []), member]);
  });
  return [...groups.values()];
}
