// Knows channel shuffles: a reshape that splits the channels, a transpose of their parts, a reshape that joins them again.
import {
  type Graph,
  type GraphNode,
  int32Tensor,
  nodesByName,
  outputNodes,
  readersOf,
  type Shape,
  sizeOf,
} from '@asfp/core';

/** The graph with each shuffle as a gather of channels in another order; the kernels know no value of five axes. */
export function shufflesAsGathers(graph: Graph, shapes: ReadonlyMap<string, Shape>): Graph {
  const byName = nodesByName(graph);
  const readers = readersOf(graph);
  const outputs = outputNodes(graph);
  const alone = (node: GraphNode | undefined): boolean =>
    node !== undefined && readers.get(node.name)?.length === 1 && !outputs.has(node.name);
  const gone = new Set<string>();
  const nodes = graph.nodes.flatMap((last): readonly GraphNode[] => {
    const middle = last.op === 'reshape' ? byName.get(last.inputs[0] as string) : undefined;
    const first = middle?.op === 'transpose' ? byName.get(middle.inputs[0] as string) : undefined;
    if (middle?.op !== 'transpose' || first?.op !== 'reshape' || !alone(middle) || !alone(first))
      return [last];
    const from = first.inputs[0] as string;
    const [before, split, after] = [shapes.get(from), shapes.get(first.name), shapes.get(last.name)];
    const order = before && split && after && channelOrder(before, split, middle.attrs.perm, after);
    if (!order) return [last];
    gone.add(middle.name).add(first.name);
    const indices = `${last.name}/order`;
    return [
      { name: indices, op: 'const', inputs: [], attrs: { tensor: int32Tensor([order.length], order) } },
      { name: last.name, op: 'gather', inputs: [from, indices], attrs: { axis: before.length - 1 } },
    ];
  });
  return { ...graph, nodes: nodes.filter(({ name }) => !gone.has(name)) };
}

/** Which channel of the input each channel of the result is; undefined where more than channels change their place. */
function channelOrder(
  before: Shape,
  split: Shape,
  perm: readonly number[],
  after: Shape,
): number[] | undefined {
  const lead = before.length - 1;
  const same = (a: Shape, b: Shape): boolean => a.slice(0, lead).every((dim, axis) => dim === b[axis]);
  const kept = perm.slice(0, lead).every((from, axis) => from === axis);
  if (after.length !== before.length || !same(before, split) || !same(before, after) || !kept)
    return undefined;
  const parts = split.slice(lead);
  if (parts.includes(null)) return undefined;
  const sizes = parts as readonly number[];
  const moved = perm.slice(lead).map((from) => from - lead);
  return Array.from({ length: sizeOf(sizes) }, (_, position) => {
    // The position in the permuted parts, then the same parts in their old order.
    let rest = position;
    const at = new Array<number>(sizes.length).fill(0);
    for (const part of [...moved].reverse()) {
      at[part] = rest % (sizes[part] as number);
      rest = Math.floor(rest / (sizes[part] as number));
    }
    return at.reduce((sum, index, part) => sum * (sizes[part] as number) + index, 0);
  });
}
