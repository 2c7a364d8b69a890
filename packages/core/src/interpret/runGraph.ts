// Knows how to run a graph by plain loops in float64: the oracle that everything fast is compared with.
import { AsfpError, assertInternal } from '../errors.ts';
import type { Dim, Graph, GraphNode } from '../graph/graph.ts';
import { shapeOf, showShape } from '../graph/ops.ts';
import { sizeOf } from '../tensor/hostTensor.ts';
import { conv2d, depthwiseConv2d, matMul } from './conv.ts';
import { batchNorm, binary, softmax, unary } from './elementwise.ts';
import { concat, gather, pad, pool, reduceOver, reshape, scatter, transpose } from './movement.ts';
import { type RealTensor, widen } from './realTensor.ts';
import { convTranspose2d, depthToSpace, mirrorPad, resize, slice } from './resample.ts';

/** What a graph is fed with: by input name, a shape and its values. */
export type Feeds = Readonly<
  Record<string, { readonly shape: readonly number[]; readonly values: ArrayLike<number> }>
>;

/** The outputs by name, computed in float64. Throws where a feed is missing or does not fit. */
export function runGraph(graph: Graph, feeds: Feeds): Map<string, RealTensor> {
  const values = new Map<string, RealTensor>();
  const lastReader = new Map<string, number>();
  for (const [at, node] of graph.nodes.entries()) for (const from of node.inputs) lastReader.set(from, at);
  for (const output of graph.outputs) lastReader.set(output.from, graph.nodes.length);
  for (const [at, node] of graph.nodes.entries()) {
    const inputs = node.inputs.map((from) => {
      const value = values.get(from);
      assertInternal(value !== undefined, `${node.name} reads ${from} before it is computed`);
      return value;
    });
    values.set(node.name, evaluate(node, inputs, feeds));
    // Large nets would not fit in memory in float64 if every value lived to the end.
    for (const from of node.inputs) if (lastReader.get(from) === at) values.delete(from);
  }
  return new Map(graph.outputs.map(({ name, from }) => [name, values.get(from) as RealTensor]));
}

/** The result of one node from its inputs' values, in float64; an input node takes its value from the feeds. */
export function evaluate(node: GraphNode, inputs: readonly RealTensor[], feeds: Feeds = {}): RealTensor {
  const [a, b, c, d, e] = inputs as [RealTensor, RealTensor, RealTensor, RealTensor, RealTensor];
  switch (node.op) {
    case 'input':
      return fed(node, feeds);
    case 'const':
      return widen(node.attrs.tensor);
    case 'conv2d':
      return conv2d(node, a, b, c);
    case 'depthwiseConv2d':
      return depthwiseConv2d(node, a, b, c);
    case 'matMul':
      return matMul(node, a, b, c);
    case 'batchNorm':
      return batchNorm(node, a, b, c, d, e);
    case 'unary':
      return unary(node, a);
    case 'binary':
      return binary(node, a, b);
    case 'softmax':
      return softmax(a);
    case 'maxPool':
    case 'avgPool':
      return pool(node, a);
    case 'mean':
    case 'reduce':
      return reduceOver(node, a);
    case 'convTranspose2d':
      return convTranspose2d(node, a, b);
    case 'resize':
      return resize(node, a);
    case 'slice':
      return slice(node, a);
    case 'squeeze':
    case 'expandDims':
      return { shape: shapeOf(node, [a.shape]) as number[], values: a.values };
    case 'depthToSpace':
      return depthToSpace(node, a);
    case 'mirrorPad':
      return mirrorPad(node, a);
    case 'opaque':
    case 'part':
      throw new AsfpError({
        code: 'op-opaque',
        where: `node ${node.name}`,
        expected: 'an op that the interpreter knows',
        found: node.op === 'opaque' ? node.attrs.kind : 'a result of an unknown op',
        cure: 'Compare the models on tfjs instead',
      });
    case 'pad':
      return pad(node, a);
    case 'transpose':
      return transpose(node, a);
    case 'reshape':
      return reshape(node, a);
    case 'concat':
      return concat(node, inputs);
    case 'scatter':
      return scatter(node, a);
    case 'gather':
      return gather(node, a, b);
  }
}

function fed(node: GraphNode<'input'>, feeds: Feeds): RealTensor {
  const feed = feeds[node.name];
  const fits = (shape: readonly number[], declared: readonly Dim[]): boolean =>
    shape.length === declared.length && declared.every((dim, i) => dim === null || dim === shape[i]);
  if (
    feed === undefined ||
    !fits(feed.shape, node.attrs.shape) ||
    feed.values.length !== sizeOf(feed.shape)
  ) {
    throw new AsfpError({
      code: 'graph-feed',
      where: `input ${node.name}`,
      expected: `values of shape ${showShape(node.attrs.shape)}`,
      found: feed === undefined ? 'none' : `${feed.values.length} values of shape ${showShape(feed.shape)}`,
    });
  }
  return { shape: feed.shape, values: Float64Array.from(feed.values) };
}
