// Knows which nodes after a convolution are part of its weights or its store: a batch norm, a scatter into a stream, what is added, a clamp.
import {
  type FusedActivation,
  type Graph,
  type GraphNode,
  type OpAttrs,
  outputNodes,
  paddingAsScatter,
  readersOf,
  type Shape,
} from '@asfp/core';

/** A node together with those that its kernel does as it stores. */
export interface FusedStore {
  /** The last of them, by whose name the result is known. */
  readonly end: string;
  /** The batch norm right behind it, which goes into its weights as they are packed. */
  readonly norm: GraphNode<'batchNorm'> | undefined;
  readonly scatter: OpAttrs['scatter'] | undefined;
  /** The value that is added, of the result's shape. */
  readonly residual: string | undefined;
  readonly activation: FusedActivation;
  readonly alpha: number;
}

/** What each convolution, product and sum stores, by its name, and the nodes that need no step of their own. */
export interface FusedStores {
  readonly stores: ReadonlyMap<string, FusedStore>;
  /** For each last node, the one whose kernel stores it. */
  readonly heads: ReadonlyMap<string, GraphNode>;
  readonly absorbed: ReadonlySet<string>;
}

/** Finds the stores; of two convolutions that are added, the later one adds. */
export function fuseStores(graph: Graph, shapes: ReadonlyMap<string, Shape>): FusedStores {
  const readers = readersOf(graph);
  const outputs = outputNodes(graph);
  const taken = new Set<string>();
  const stores = new Map<string, FusedStore>();
  const heads = new Map<string, GraphNode>();
  const absorbed = new Set<string>();

  /** The only reader of a value that nobody else wants. */
  const onlyReader = (name: string): GraphNode | undefined => {
    const all = readers.get(name) ?? [];
    const reader = all.length === 1 && !outputs.has(name) ? all[0] : undefined;
    return reader !== undefined && !taken.has(reader.name) ? reader : undefined;
  };

  const storing = graph.nodes.filter(hasStore).reverse();
  // Layers first: a sum that none of them takes into its store has a step, and a store, of its own.
  const layers = storing.filter(({ op }) => op !== 'binary');
  const sums = storing.filter(({ op }) => op === 'binary');
  for (const head of [...layers, ...sums]) {
    if (taken.has(head.name)) continue;
    const chain: GraphNode[] = [head];
    let activation: FusedActivation = head.op === 'binary' ? 'none' : head.attrs.activation;
    const alpha = head.op === 'binary' ? 0 : head.attrs.alpha;
    let norm: GraphNode<'batchNorm'> | undefined;
    let scatter: OpAttrs['scatter'] | undefined;
    let residual: string | undefined;
    const next = (): GraphNode | undefined => onlyReader((chain.at(-1) as GraphNode).name);
    const wide = head.op === 'conv2d' || head.op === 'matMul';
    if (activation === 'none' && head.op !== 'binary') {
      const reader = next();
      if (reader?.op === 'batchNorm' && reader.inputs[0] === head.name) {
        norm = reader;
        chain.push(reader);
      }
    }
    if (activation === 'none' && wide) {
      let reader = next();
      const placed = reader && asScatter(reader, shapes);
      if (placed) {
        scatter = placed;
        chain.push(reader as GraphNode);
        reader = next();
      }
      const last = chain.at(-1) as GraphNode;
      const other = reader?.inputs.find((from) => from !== last.name);
      if (
        reader?.op === 'binary' &&
        reader.attrs.fn === 'add' &&
        other !== undefined &&
        sameShape(shapes.get(other), shapes.get(last.name))
      ) {
        residual = other;
        chain.push(reader);
      }
    }
    const reader = next();
    if (
      activation === 'none' &&
      reader?.op === 'unary' &&
      (reader.attrs.fn === 'relu' || reader.attrs.fn === 'relu6')
    ) {
      activation = reader.attrs.fn;
      chain.push(reader);
    }
    const end = chain.at(-1) as GraphNode;
    stores.set(head.name, { end: end.name, norm, scatter, residual, activation, alpha });
    heads.set(end.name, head);
    for (const node of chain) taken.add(node.name);
    for (const node of chain) if (node !== end) absorbed.add(node.name);
  }
  return { stores, heads, absorbed };
}

/** A scatter, also where it is spelled as zeros around all channels of an image. */
function asScatter(node: GraphNode, shapes: ReadonlyMap<string, Shape>): OpAttrs['scatter'] | undefined {
  if (node.op === 'scatter') return node.attrs;
  return node.op === 'pad'
    ? paddingAsScatter(node.attrs, shapes.get(node.inputs[0] as string)?.at(-1))
    : undefined;
}

type StoringNode = GraphNode<'conv2d' | 'depthwiseConv2d' | 'matMul' | 'binary'>;

function hasStore(node: GraphNode): node is StoringNode {
  return (
    node.op === 'conv2d' || node.op === 'depthwiseConv2d' || node.op === 'matMul' || node.op === 'binary'
  );
}

function sameShape(a: Shape | undefined, b: Shape | undefined): boolean {
  return a !== undefined && b !== undefined && a.length === b.length && a.every((dim, i) => dim === b[i]);
}
