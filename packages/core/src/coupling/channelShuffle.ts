// Knows chains of reshapes and transposes that leave every value where it is but for the order of the channels.
import type { Dim, Graph, GraphNode } from '../graph/graph.ts';
import type { Shape } from '../graph/ops.ts';
import { nodesByName } from '../graph/walk.ts';

/** A node whose channel i is channel `order[i]` of `from`, position by position. */
export interface ChannelShuffle {
  readonly from: string;
  readonly order: readonly number[];
  /** The nodes that move the values: the one itself, and those on the way up to `from`. */
  readonly through: readonly string[];
}

/** Longer chains do not occur, and looking along them would take long in a graph that is all of them. */
const longest = 8;

/** For each reshape or transpose that ends such a chain, what it does in all; in the longest chain that does. */
export function channelShuffles(
  graph: Graph,
  shapes: ReadonlyMap<string, Shape>,
): ReadonlyMap<string, ChannelShuffle> {
  const nodes = nodesByName(graph);
  const found = new Map<string, ChannelShuffle>();
  for (const end of graph.nodes) {
    const chain: Moving[] = [];
    for (let node: GraphNode | undefined = end; isMoving(node) && chain.length < longest; ) {
      chain.unshift(node);
      const from: string = node.inputs[0] as string;
      const order = sameShape(shapes.get(from), shapes.get(end.name)) ? orderOf(chain, shapes) : undefined;
      if (order !== undefined) found.set(end.name, { from, order, through: chain.map(({ name }) => name) });
      node = nodes.get(from);
    }
  }
  return found;
}

type Moving = GraphNode<'reshape' | 'transpose'>;

/** A part of an axis that stays in one piece along the whole chain; an open one has the size null. */
interface Atom {
  readonly size: Dim;
  /** The parts that it was split into, the outer one first. */
  parts?: readonly [Atom, Atom];
}

function isMoving(node: GraphNode | undefined): node is Moving {
  return node?.op === 'reshape' || node?.op === 'transpose';
}

function sameShape(a: Shape | undefined, b: Shape | undefined): boolean {
  return a !== undefined && b !== undefined && a.length === b.length && a.every((dim, i) => dim === b[i]);
}

/** The order of the channels after the chain, or undefined where it moves anything else. */
function orderOf(chain: readonly Moving[], shapes: ReadonlyMap<string, Shape>): number[] | undefined {
  const start = (shapes.get(chain[0]?.inputs[0] as string) ?? []).map((size): Atom[] => [{ size }]);
  let axes: Atom[][] | undefined = start;
  for (const node of chain) {
    const before: Atom[][] = axes;
    axes =
      node.op === 'transpose'
        ? node.attrs.perm.map((axis) => before[axis] ?? [])
        : regrouped(before.flatMap(pieces), shapes.get(node.name) ?? []);
    if (axes === undefined) return undefined;
  }
  const places = axes.slice(0, -1).flatMap(pieces);
  const kept = start.slice(0, -1).flatMap(pieces);
  if (places.length !== kept.length || places.some((atom, i) => atom !== kept[i])) return undefined;
  return channelOrder(pieces(start.at(-1) ?? []), pieces(axes.at(-1) ?? []));
}

/** The atoms that are left of some after all splits; those of size 1 move nothing. */
function pieces(atoms: readonly Atom[]): Atom[] {
  return atoms.flatMap((atom) => (atom.parts ? pieces(atom.parts) : atom.size === 1 ? [] : [atom]));
}

/** The atoms in their order, as axes of these sizes; an atom that goes into two axes is split. */
function regrouped(atoms: readonly Atom[], sizes: Shape): Atom[][] | undefined {
  const left = [...atoms];
  const axes: Atom[][] = [];
  for (const size of sizes) {
    const axis: Atom[] = [];
    let wanted: Dim = size;
    while (wanted !== 1) {
      const atom = left.shift();
      if (atom === undefined) return undefined;
      if (wanted === null || atom.size === null) {
        // The open size, the batch as a rule, must stay an axis of its own.
        if (wanted !== atom.size) return undefined;
        wanted = 1;
      } else if (wanted % atom.size === 0) wanted /= atom.size;
      else if (atom.size % wanted === 0) {
        atom.parts = [{ size: wanted }, { size: atom.size / wanted }];
        left.unshift(atom.parts[1]);
        axis.push(atom.parts[0]);
        break;
      } else return undefined;
      axis.push(atom);
    }
    axes.push(axis);
  }
  return left.length === 0 ? axes : undefined;
}

/** For each channel made of the atoms `to`, outermost first, the channel that it was of the atoms `from`. */
function channelOrder(from: readonly Atom[], to: readonly Atom[]): number[] | undefined {
  if (from.length !== to.length || to.some((atom) => atom.size === null)) return undefined;
  const strides = new Map<Atom, number>();
  let channels = 1;
  for (const atom of [...from].reverse()) {
    strides.set(atom, channels);
    channels *= atom.size as number;
  }
  let order = [0];
  for (const atom of to) {
    const stride = strides.get(atom);
    if (stride === undefined) return undefined;
    order = order.flatMap((at) => Array.from({ length: atom.size as number }, (_, i) => at + i * stride));
  }
  return order;
}
