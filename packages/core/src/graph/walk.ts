// Knows who reads whom in a graph.
import { AsfpError } from '../errors.ts';
import type { HostTensor } from '../tensor/hostTensor.ts';
import type { Graph, GraphNode } from './graph.ts';

/** Anything that has a name and reads others by theirs. */
export interface Named {
  readonly name: string;
  readonly inputs: readonly string[];
}

/** The nodes by name. */
export function nodesByName(graph: Graph): Map<string, GraphNode> {
  return new Map(graph.nodes.map((node) => [node.name, node]));
}

/** The tensor of a constant node; undefined where the name is that of another node, or of none. */
export function constantTensor(
  nodes: ReadonlyMap<string, GraphNode>,
  name: string | undefined,
): HostTensor | undefined {
  const node = nodes.get(name ?? '');
  return node?.op === 'const' ? node.attrs.tensor : undefined;
}

/** For each node name, the nodes that read it, once for each time they do. */
export function readersOf(graph: Graph): Map<string, GraphNode[]> {
  const readers = new Map<string, GraphNode[]>(graph.nodes.map((node) => [node.name, []]));
  for (const node of graph.nodes) for (const from of node.inputs) readers.get(from)?.push(node);
  return readers;
}

/** The names of nodes that are results of the graph. */
export function outputNodes(graph: Graph): Set<string> {
  return new Set(graph.outputs.map((output) => output.from));
}

/** The same nodes in an order in which every input comes before its reader, otherwise as given; throws on a loop. */
export function inReadingOrder<T extends Named>(nodes: readonly T[]): T[] {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const state = new Map<string, 'open' | 'done'>();
  const ordered: T[] = [];
  // An explicit stack: chains of thousands of layers must not overflow the call stack.
  for (const root of nodes) {
    const stack: { node: T; next: number }[] = [{ node: root, next: 0 }];
    while (stack.length > 0) {
      const top = stack[stack.length - 1] as { node: T; next: number };
      if (state.get(top.node.name) === 'done') {
        stack.pop();
        continue;
      }
      state.set(top.node.name, 'open');
      const from = top.node.inputs[top.next];
      if (from === undefined) {
        state.set(top.node.name, 'done');
        ordered.push(top.node);
        stack.pop();
        continue;
      }
      top.next++;
      const input = byName.get(from);
      if (input === undefined || state.get(from) === 'done') continue;
      if (state.get(from) === 'open') {
        throw new AsfpError({
          code: 'graph-loop',
          where: from,
          expected: 'a graph without loops',
          found: `a loop through ${top.node.name}`,
        });
      }
      stack.push({ node: input, next: 0 });
    }
  }
  return ordered;
}

/** Whether the graph holds ops that only TensorFlow can run, so that its proof needs tfjs. */
export function hasOpaque(graph: Graph): boolean {
  return graph.nodes.some((node) => node.op === 'opaque');
}
