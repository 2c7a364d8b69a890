// The ops that networks from elsewhere bring: written, run by plain tfjs, read back, and cut.
import { compact } from '@asfp/compactor';
import {
  type Feeds,
  type Graph,
  type GraphNode,
  parseGraph,
  printGraph,
  readModel,
  rngFromSeed,
  runGraph,
  writeGraphModel,
} from '@asfp/core';
import { expect, test } from 'vitest';
import { relativeError, runOnTfjs } from './tfjsRun.ts';

const cases: Readonly<Record<string, string>> = {
  'unary functions':
    'a = unary(x) fn="selu"\nb = unary(x) fn="softplus"\nc = unary(x) fn="abs"\nd = unary(x) fn="neg"\ne = unary(a) fn="exp"\nf = unary(b) fn="log"\ng = unary(b) fn="sqrt"\nh = unary(b) fn="square"\ni = unary(x) fn="erf"\ny = concat(a, b, c, d, e, f, g, h, i) axis=-1',
  'divisions and powers':
    'a = unary(x) fn="softplus"\nc = const float32[3] values=[0.5,1,2]\nb = binary(x, c) fn="div"\nd = binary(a, c) fn="pow"\ne = unary(c) fn="rsqrt"\nf = binary(d, e) fn="squaredDifference"\ng = unary(c) fn="reciprocal"\nh = binary(x, g) fn="prelu"\ny = concat(b, d, f, h) axis=-1',
  'prelu with shared axes': 's = const float32[1,1,3] seed=1\ny = binary(x, s) fn="prelu"',
  'sums, largest, smallest':
    'a = reduce(x) axes=[1,2] fn="sum" keepDims=true\nb = reduce(x) axes=[1,2] fn="max" keepDims=true\nc = reduce(x) axes=[-1] fn="min" keepDims=true\nd = binary(x, a) fn="mul"\ne = binary(d, b) fn="add"\ny = binary(e, c) fn="sub"',
  'bilinear, corners aligned':
    'y = resize(x) alignCorners=true halfPixelCenters=false method="bilinear" size=[9,7]',
  'bilinear, half pixels':
    'y = resize(x) alignCorners=false halfPixelCenters=true method="bilinear" size=[12,10]',
  'bilinear, plain, smaller':
    'y = resize(x) alignCorners=false halfPixelCenters=false method="bilinear" size=[4,3]',
  'nearest, plain': 'y = resize(x) alignCorners=false halfPixelCenters=false method="nearest" size=[12,10]',
  'nearest, half pixels':
    'y = resize(x) alignCorners=false halfPixelCenters=true method="nearest" size=[3,10]',
  'transposed convolution, same':
    'k = const float32[3,3,4,3] seed=1\ny = convTranspose2d(x, k) pad="same" size=[12,10] strides=[2,2]',
  'transposed convolution, valid, odd size':
    'k = const float32[4,3,2,3] seed=1\ny = convTranspose2d(x, k) pad="valid" size=[14,12] strides=[2,2]',
  'slice, squeeze, expand':
    'a = slice(x) begin=[0,1,0,1] size=[-1,1,-1,2]\nb = squeeze(a) axes=[1]\ny = expandDims(b) axis=2',
  'depth to space':
    'k = const float32[1,1,3,8] seed=1\nc = conv2d(x, k) pad="same" strides=[1,1]\ny = depthToSpace(c) blockSize=2',
  'mirrored frames':
    'a = mirrorPad(x) mode="reflect" paddings=[[0,0],[2,1],[1,3],[0,0]]\ny = mirrorPad(a) mode="symmetric" paddings=[[0,0],[1,2],[0,0],[0,0]]',
};

const feeds: Feeds = (() => {
  const rng = rngFromSeed(9);
  return { x: { shape: [2, 6, 5, 3], values: Float32Array.from({ length: 180 }, () => 2 * rng.normal()) } };
})();

test.each(Object.entries(cases))('%s', async (_, body) => {
  const graph = parseGraph(
    `graph "case"\nx = input dtype="float32" shape=[null,6,5,3]\n${body}\noutput "result" = y\n`,
  );
  const truth = runGraph(graph, feeds).get('result')?.values ?? [];
  const written = writeGraphModel(graph);
  // float32 rounds sums of at most 36 products, and exp and erf to a few units in the last place.
  const found = (await runOnTfjs(written, feeds)).get('result') ?? [];
  expect(relativeError(truth, found)).toBeLessThan(100 * 2 ** -24);
  const json = JSON.parse(JSON.stringify(written.json)) as unknown;
  const back = readModel({ json, shards: written.shards }, 'model.json');
  expect(relativeError(truth, runGraph(back, feeds).get('result')?.values ?? [])).toBe(0);
  const again = writeGraphModel(back);
  expect(again.json['modelTopology']).toEqual((json as typeof written.json)['modelTopology']);
  expect(again.shards).toEqual(written.shards);
  expect(printGraph(readModel(again, 'm'))).toBe(printGraph(back));
});

/** What stands between a convolution that loses filters 1, 3 and 4 of 8, which leave constants, and one that reads the result. */
const between: Readonly<Record<string, { readonly body: string; readonly channels: number }>> = {
  'a resize': {
    body: 'y = resize(c) alignCorners=false halfPixelCenters=true method="bilinear" size=[9,8]',
    channels: 8,
  },
  'a slice of channels': { body: 'y = slice(c) begin=[0,0,0,2] size=[-1,-1,-1,5]', channels: 5 },
  'a slice of rows': { body: 'y = slice(c) begin=[0,1,0,0] size=[-1,3,-1,-1]', channels: 8 },
  'depth to space': { body: 'y = depthToSpace(c) blockSize=2', channels: 2 },
  'a transposed convolution': {
    body: 'kt = const float32[3,3,6,8] seed=7\ny = convTranspose2d(c, kt) pad="same" size=[12,10] strides=[2,2]',
    channels: 6,
  },
  'a mirrored frame': {
    body: 'y = mirrorPad(c) mode="reflect" paddings=[[0,0],[1,1],[2,2],[0,0]]',
    channels: 8,
  },
  'the largest value': {
    body: 'm = reduce(c) axes=[1,2] fn="max" keepDims=true\ny = binary(c, m) fn="sub"',
    channels: 8,
  },
  'a sum over positions': {
    body: 'm = reduce(c) axes=[1,2] fn="sum" keepDims=true\ny = binary(c, m) fn="mul"',
    channels: 8,
  },
  'prelu and division': {
    body: 's = const float32[8] seed=8\np = binary(c, s) fn="prelu"\nd = const float32[8] values=[1,2,3,4,5,6,7,8]\ny = binary(p, d) fn="div"',
    channels: 8,
  },
  'squeezed rows': {
    body: 'a = slice(c) begin=[0,2,0,0] size=[-1,1,-1,-1]\nq = squeeze(a) axes=[1]\ny = expandDims(q) axis=1',
    channels: 8,
  },
};

test.each(Object.entries(between))('channels are cut through %s', async (_, { body, channels }) => {
  const graph = zeroFilters(
    parseGraph(`graph "cut"
x = input dtype="float32" shape=[null,6,5,3]
k = const float32[3,3,3,8] seed=1
b = const float32[8] values=[0.5,1,-2,0,3,1,-1,0.25]
c = conv2d(x, k, b) activation="relu" pad="same" strides=[1,1]
${body}
k2 = const float32[3,3,${channels},4] seed=2
z = conv2d(y, k2) pad="same" strides=[1,1]
output "result" = z
`),
  );
  const smaller = compact(graph).graph;
  const width = smaller.nodes.find(({ name }) => name === 'c/kernel');
  expect(width?.op === 'const' ? width.attrs.tensor.shape[3] : 8).toBeLessThan(8);
  const truth = runGraph(graph, feeds).get('result')?.values ?? [];
  // Each rewritten weight is rounded to float32 once.
  expect(relativeError(truth, runGraph(smaller, feeds).get('result')?.values ?? [])).toBeLessThan(
    300 * 2 ** -24,
  );
  const found = (await runOnTfjs(writeGraphModel(smaller), feeds)).get('result') ?? [];
  expect(relativeError(truth, found)).toBeLessThan(600 * 2 ** -24);
});

function zeroFilters(graph: Graph): Graph {
  const nodes = graph.nodes.map((node): GraphNode => {
    if (node.name !== 'k' || node.op !== 'const') return node;
    const values = Float32Array.from(node.attrs.tensor.values, (value, at) =>
      [1, 3, 4].includes(at % 8) ? 0 : value,
    );
    return { ...node, attrs: { tensor: { ...node.attrs.tensor, values } } };
  });
  return { ...graph, nodes };
}
