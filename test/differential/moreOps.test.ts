// The ops that networks from elsewhere bring: written, run by plain tfjs, read back, and cut.
import { compact } from '@asfp/compactor';
import {
  type Feeds,
  type Graph,
  type GraphNode,
  hasOpaque,
  type ModelFiles,
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
  'prelu behind a convolution':
    'k = const float32[3,3,3,4] seed=1\ns = const float32[4] seed=2\nc = conv2d(x, k) pad="same" strides=[1,1]\ny = binary(c, s) fn="prelu"',
  'prelu behind a convolution with a bias':
    'k = const float32[3,3,3,4] seed=1\nb = const float32[4] seed=3\ns = const float32[1,1,4] seed=2\nc = conv2d(x, k, b) pad="valid" strides=[2,1]\ny = binary(c, s) fn="prelu"',
  'prelu behind a depthwise convolution':
    'k = const float32[3,3,3,2] seed=1\ns = const float32[6] seed=2\nc = depthwiseConv2d(x, k) pad="same" strides=[1,1]\ny = binary(c, s) fn="prelu"',
  'prelu behind a dense layer':
    'm = mean(x) axes=[1,2] keepDims=false\nk = const float32[3,4] seed=1\ns = const float32[4] seed=2\nc = matMul(m, k) \ny = binary(c, s) fn="prelu"',
  'channels of an image chosen and reordered':
    'i = const int32[4] values=[2,5,0,1]\nk = const float32[1,1,3,6] seed=1\nc = conv2d(x, k) pad="same" strides=[1,1]\ny = gather(c, i) axis=-1',
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

test('a prelu is written into its layer where nobody else reads that', () => {
  const opsOf = (more: string): string[] => {
    const graph = parseGraph(`graph "g"
x = input dtype="float32" shape=[null,6,5,3]
k = const float32[3,3,3,4] seed=1
s = const float32[4] seed=2
c = conv2d(x, k) pad="same" strides=[1,1]
y = binary(c, s) fn="prelu"
output "y" = y
${more}`);
    const { node } = writeGraphModel(graph).json['modelTopology'] as { node: { op: string }[] };
    return node.map(({ op }) => op).filter((op) => op !== 'Const');
  };
  expect(opsOf('')).toEqual(['Placeholder', '_FusedConv2D']);
  expect(opsOf('output "c" = c\n')).toEqual(['Placeholder', 'Conv2D', 'Prelu']);
});

test('a choice of the channels of an image is written as a convolution, each channel at most once', () => {
  const opsOf = (indices: string): string[] => {
    const graph = parseGraph(`graph "g"
x = input dtype="float32" shape=[null,6,5,3]
i = const int32[2] values=${indices}
y = gather(x, i) axis=3
output "y" = y
`);
    const { node } = writeGraphModel(graph).json['modelTopology'] as { node: { op: string }[] };
    return node.map(({ op }) => op);
  };
  expect(opsOf('[2,0]')).toEqual(['Placeholder', 'Const', 'Conv2D']);
  expect(opsOf('[2,2]')).toEqual(['Placeholder', 'Const', 'Const', 'GatherV2']);
});

test('sizes that open images only have when the model runs', async () => {
  const graph = parseGraph(`graph "open"
x = input dtype="float32" shape=[null,null,null,3]
r = resize(x) alignCorners=false factor=[2,3] halfPixelCenters=false method="nearest" size=[null,null]
k = const float32[3,3,2,3] seed=1
s = convTranspose2d(r, k) pad="same" size=[null,null] strides=[2,1]
k2 = const float32[3,4,2,2] seed=2
y = convTranspose2d(s, k2) pad="valid" size=[null,null] strides=[2,2]
output "result" = y
`);
  const truth = runGraph(graph, feeds).get('result');
  expect(truth?.shape).toEqual([2, 49, 32, 2]);
  const written = writeGraphModel(graph);
  const found = (await runOnTfjs(written, feeds)).get('result') ?? [];
  expect(relativeError(truth?.values ?? [], found)).toBeLessThan(100 * 2 ** -24);
  const json = JSON.parse(JSON.stringify(written.json)) as unknown;
  const back = readModel({ json, shards: written.shards }, 'model.json');
  expect(back.nodes.filter(({ op }) => op === 'opaque')).toEqual([]);
  expect(writeGraphModel(back).shards).toEqual(written.shards);
});

/** A file as a converter may write it, with an op that is not understood and two results of it. */
function withOdd(kind: string): ModelFiles {
  const written = writeGraphModel(
    zeroFilters(
      parseGraph(`graph "odd"
x = input dtype="float32" shape=[null,6,5,3]
k = const float32[3,3,3,8] seed=1
b = const float32[8] values=[0.5,1,-2,0,3,1,-1,0.25]
c = conv2d(x, k, b) activation="relu" pad="same" strides=[1,1]
odd = slice(c) begin=[0,0,0,0] size=[-1,-1,-1,-1]
k2 = const float32[3,3,8,4] seed=2
d = conv2d(odd, k2) pad="same" strides=[1,1]
e = unary(odd) fn="tanh"
output "result" = d
output "second" = e
`),
    ),
  );
  const json = JSON.parse(JSON.stringify(written.json)) as {
    modelTopology: { node: { name: string; op: string; input?: string[]; attr: object }[] };
  };
  const int = { type: 'DT_INT32' };
  for (const node of json.modelTopology.node) {
    if (node.name === 'odd')
      Object.assign(node, { op: kind, input: ['c'], attr: { T: { type: 'DT_FLOAT' }, out_type: int } });
    if (node.name === 'e') node.input = [kind === 'IdentityN' ? 'odd' : 'odd:1'];
  }
  return { json, shards: written.shards };
}

test('an op that is not understood stays as it is, a wall, with several results', async () => {
  const files = withOdd('Unique');
  const graph = readModel(files, 'm');
  expect(hasOpaque(graph)).toBe(true);
  expect(() => runGraph(graph, feeds)).toThrow(
    'node odd: expected an op that the interpreter knows, found Unique',
  );
  const again = writeGraphModel(compact(graph).graph).json as ReturnType<typeof Object>;
  const defs = again.modelTopology.node as { name: string; op: string; input?: string[]; attr: object }[];
  const odd = defs.find(({ name }) => name === 'odd');
  expect(odd?.op).toBe('Unique');
  expect(odd?.attr).toEqual({ T: { type: 'DT_FLOAT' }, out_type: { type: 'DT_INT32' } });
  expect(defs.find(({ name }) => name === 'e')?.input).toEqual(['odd:1']);
});

test('around an op that is not understood the network is smaller and computes the same on tfjs', async () => {
  // tfjs's IdentityN hands its input on; we do not know it.
  const files = withOdd('IdentityN');
  const graph = readModel(files, 'm');
  const smaller = compact(graph).graph;
  const width = smaller.nodes.find(({ name }) => name === 'c/kernel');
  expect(width?.op === 'const' ? width.attrs.tensor.shape[3] : 8).toBe(5);
  const [before, after] = [
    await runOnTfjs({ json: files.json as Readonly<Record<string, unknown>>, shards: files.shards }, feeds),
    await runOnTfjs(writeGraphModel(smaller), feeds),
  ];
  for (const name of ['result', 'second'])
    expect(relativeError(before.get(name) ?? [], after.get(name) ?? [])).toBeLessThan(300 * 2 ** -24);
});

test.each(['Switch', 'While', 'TensorListReserve', 'HashTableV2', 'StatefulPartitionedCall'])(
  '%s is refused by name',
  (kind) => {
    expect(() => readModel(withOdd(kind), 'm')).toThrow(
      `node odd (${kind}): expected a graph without control flow and tables, found ${kind}`,
    );
  },
);

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

test('a divisor that only zero weights read is not replaced by a zero', () => {
  const graph = parseGraph(`graph "divisor"
x = input dtype="float32" shape=[null,6,5,3]
k = const float32[1,1,3,2] seed=1
a = conv2d(x, k) pad="same" strides=[1,1]
k2 = const float32[1,1,3,2] seed=2
b = conv2d(x, k2) activation="sigmoid" pad="same" strides=[1,1]
q = binary(a, b) fn="div"
k3 = const float32[1,1,2,1] values=[0,1]
y = conv2d(q, k3) pad="same" strides=[1,1]
output "result" = y
output "other" = a
`);
  const truth = runGraph(graph, feeds).get('result')?.values ?? [];
  const found = runGraph(compact(graph).graph, feeds).get('result')?.values ?? [];
  expect(relativeError(truth, found)).toBe(0);
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
