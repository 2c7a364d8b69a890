// Every op, written as a GraphModel, gives on plain tfjs what the interpreter gives, and survives being read back.
import {
  type Feeds,
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
  'conv2d, same, stride 2': 'k = const float32[3,3,3,4] seed=1\ny = conv2d(x, k) pad="same" strides=[2,2]',
  'conv2d, valid, dilated':
    'k = const float32[3,2,3,4] seed=1\ny = conv2d(x, k) dilations=[2,1] pad="valid" strides=[1,1]',
  'conv2d, explicit padding':
    'k = const float32[3,3,3,4] seed=1\ny = conv2d(x, k) pad=[[2,0],[1,1]] strides=[2,1]',
  'conv2d, fused bias and relu':
    'k = const float32[5,5,3,4] seed=1\nb = const float32[4] seed=2\ny = conv2d(x, k, b) activation="relu" pad="same" strides=[1,1]',
  'conv2d, fused relu6 without a bias':
    'k = const float32[1,1,3,4] seed=1\ny = conv2d(x, k) activation="relu6" pad="same" strides=[1,1]',
  'conv2d, fused leaky relu':
    'k = const float32[3,3,3,4] seed=1\nb = const float32[4] seed=2\ny = conv2d(x, k, b) activation="leakyRelu" alpha=0.25 pad="same" strides=[1,1]',
  'depthwise, multiplier 2':
    'k = const float32[3,3,3,2] seed=1\nb = const float32[6] seed=2\ny = depthwiseConv2d(x, k, b) activation="relu6" pad="same" strides=[2,2]',
  'depthwise, plain':
    'k = const float32[3,3,3,1] seed=1\ny = depthwiseConv2d(x, k) pad="valid" strides=[1,1]',
  'batch norm':
    'g = const float32[3] seed=1\nb = const float32[3] seed=2\nm = const float32[3] seed=3\nv = const float32[3] values=[0.5,1,2]\ny = batchNorm(x, g, b, m, v) epsilon=0.001',
  'unary functions':
    'a = unary(x) fn="relu"\nb = unary(x) fn="sigmoid"\nc = unary(x) fn="tanh"\nd = unary(x) fn="elu"\ne = unary(x) alpha=0.5 fn="leakyRelu"\nf = unary(x) fn="relu6"\ng = unary(f) fn="identity"\ny = concat(a, b, c, d, e, g) axis=-1',
  'binary functions, broadcast':
    's = const float32[3] seed=1\na = binary(x, s) fn="add"\nb = binary(a, x) fn="mul"\nc = binary(b, s) fn="sub"\nd = binary(c, x) fn="maximum"\ny = binary(d, a) fn="minimum"',
  'pools, same and valid':
    'a = maxPool(x) pad="same" size=[3,3] strides=[2,2]\nb = avgPool(x) pad="same" size=[3,3] strides=[2,2]\ny = concat(a, b) axis=3',
  'pool that only strides': 'y = avgPool(x) pad="valid" size=[1,1] strides=[2,2]',
  'mean, and dense on it':
    'm = mean(x) axes=[1,2] keepDims=false\nk = const float32[3,5] seed=1\nb = const float32[5] seed=2\nd = matMul(m, k, b) activation="relu"\ny = softmax(d)',
  'mean, dimensions kept': 'm = mean(x) axes=[1,2] keepDims=true\ny = binary(x, m) fn="mul"',
  'pad with a value, on channels too': 'y = pad(x) paddings=[[0,0],[1,0],[0,2],[1,3]] value=-1.5',
  'pad with zeros': 'y = pad(x) paddings=[[0,0],[1,1],[0,0],[0,0]] value=0',
  transpose: 'y = transpose(x) perm=[0,3,1,2]',
  'flatten and dense': 'f = reshape(x) shape=[-1,90]\nk = const float32[90,4] seed=1\ny = matMul(f, k)',
  'gather of channels': 'i = const int32[4] values=[2,0,0,1]\ny = gather(x, i) axis=3',
  'scatter with constants': 'y = scatter(x) fill=[0,0.5,0,0,-2] positions=[0,2,3] size=5',
  'scatter without constants': 'y = scatter(x) fill=[0,0,0,0] positions=[0,1,3] size=4',
  'scatter of neighbours': 'y = scatter(x) fill=[0,0,0,0,0,0] positions=[1,2,3] size=6',
  'scatter of rows':
    'm = mean(x) axes=[1,2] keepDims=false\ny = scatter(m) fill=[0,0,0,1] positions=[0,1,2] size=4',
};

test.each(Object.entries(cases))('%s', async (_, body) => {
  const graph = parseGraph(
    `graph "case"\nx = input dtype="float32" shape=[null,6,5,3]\n${body}\noutput "result" = y\n`,
  );
  const rng = rngFromSeed(9);
  const feeds: Feeds = {
    x: { shape: [2, 6, 5, 3], values: Float32Array.from({ length: 180 }, () => 3 * rng.normal()) },
  };
  const truth = runGraph(graph, feeds).get('result')?.values ?? [];
  const written = writeGraphModel(graph);
  const found = (await runOnTfjs(written, feeds)).get('result') ?? [];
  // float32 rounds sums of at most 90 products, and tanh and exp to a few units in the last place.
  expect(relativeError(truth, found)).toBeLessThan(100 * 2 ** -24);
  const back = readModel(
    { json: JSON.parse(JSON.stringify(written.json)), shards: written.shards },
    'model.json',
  );
  expect(relativeError(truth, runGraph(back, feeds).get('result')?.values ?? [])).toBe(0);
  // Written again it is the same file: names, order and bytes are stable.
  const again = writeGraphModel(back);
  expect(again.json['modelTopology']).toEqual(JSON.parse(JSON.stringify(written.json['modelTopology'])));
  expect(again.shards).toEqual(written.shards);
  expect(printGraph(back).split('\n').slice(1)).toEqual(
    printGraph(readModel(again, 'model.json')).split('\n').slice(1),
  );
});

test('several outputs keep their names and their order, and metadata survives', async () => {
  const graph = parseGraph(`graph "two"
x = input dtype="float32" shape=[null,2,2,1]
b = unary(x) fn="relu"
a = unary(x) fn="tanh"
output "zeta" = b
output "alpha" = a
`);
  const written = writeGraphModel({ ...graph, metadata: { note: { kept: [1, 2] } } });
  const feeds: Feeds = { x: { shape: [1, 2, 2, 1], values: [1, -1, 2, -2] } };
  expect([...(await runOnTfjs(written, feeds)).keys()]).toEqual(['zeta', 'alpha']);
  expect((await runOnTfjs(written, feeds)).get('zeta')).toEqual(Float32Array.from([1, 0, 2, 0]));
  expect(readModel(written, 'm').metadata).toEqual({ note: { kept: [1, 2] } });
});

test('a scatter whose channels stay together is written as a padding', () => {
  const graph = parseGraph(`graph "g"
x = input dtype="float32" shape=[null,2,2,3]
near = scatter(x) fill=[0,0,0,0,0] positions=[1,2,3] size=5
far = scatter(x) fill=[0,0,0,0,0] positions=[0,2,3] size=5
output "near" = near
output "far" = far
`);
  const { node } = writeGraphModel(graph).json['modelTopology'] as { node: { name: string; op: string }[] };
  const opOf = (name: string): string | undefined => node.find((one) => one.name === name)?.op;
  expect([opOf('near'), opOf('far')]).toEqual(['Pad', 'Conv2D']);
});
