// Runs what is written as ONNX in onnxruntime and compares it with the oracle.
import { compact, seededInputs, writeOnnx } from '@asfp/compactor';
import { type Graph, parseGraph, rngFromSeed, runGraph } from '@asfp/core';
import { graphFromSeed, withStandIns } from '@asfp/core/testing';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { expect, test } from 'vitest';

/** Float32 sums of a few hundred terms through a few layers, over the largest value of the output. */
const tolerance = 5e-6;

/** The largest difference over the largest value, of the worst output; shapes and names must be the same. */
async function distance(graph: Graph, batch = 2): Promise<number> {
  const feeds = seededInputs(graph, batch, rngFromSeed(7));
  const session = await InferenceSession.create(writeOnnx(graph));
  expect([...session.outputNames]).toEqual(graph.outputs.map(({ name }) => name));
  const tensors = Object.entries(feeds).map(([name, { shape, values }]) => [
    name,
    new Tensor('float32', Float32Array.from(values), shape),
  ]);
  const got = await session.run(Object.fromEntries(tensors));
  let worst = 0;
  for (const [name, { shape, values }] of runGraph(graph, feeds)) {
    const found = got[name];
    expect([...(found?.dims ?? [])]).toEqual([...shape]);
    const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const apart = values.reduce((most, value, i) => {
      const difference = Math.abs(value - Number(found?.data[i]));
      return Math.max(most, Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference);
    }, 0);
    worst = Math.max(worst, apart === 0 ? 0 : apart / largest);
  }
  return worst;
}

const image = 'x = input dtype="float32" shape=[null,6,5,4]';
const one = (body: string, more = ''): Graph =>
  parseGraph(`graph "g"\n${image}\n${body}\noutput "answer" = y\n${more}`);

const cases: Readonly<Record<string, Graph>> = {
  'a convolution, uneven SAME padding, fused relu': one(`k = const float32[3,3,4,6] seed=1
b = const float32[6] seed=2
y = conv2d(x, k, b) activation="relu" pad="same" strides=[2,2]`),
  'a convolution, dilated, explicit padding': one(`k = const float32[3,2,4,3] seed=1
y = conv2d(x, k) dilations=[2,1] pad=[[1,2],[0,1]] strides=[1,1]`),
  'a depthwise convolution with a multiplier': one(`k = const float32[3,3,4,2] seed=1
b = const float32[8] seed=2
y = depthwiseConv2d(x, k, b) activation="relu6" pad="same" strides=[1,2]`),
  'fused leakyRelu, elu, sigmoid, tanh': one(`k = const float32[1,1,4,4] seed=1
b = const float32[4] seed=2
p = conv2d(x, k, b) activation="leakyRelu" alpha=0.2 pad="same" strides=[1,1]
q = conv2d(p, k) activation="elu" pad="valid" strides=[1,1]
r = conv2d(q, k) activation="sigmoid" pad="valid" strides=[1,1]
y = conv2d(r, k) activation="tanh" pad="valid" strides=[1,1]`),
  'batch norm of an image and of features': one(`g = const float32[4] seed=1
b = const float32[4] seed=2
m = const float32[4] seed=3
v = const float32[4] values=[0.5,1,2,3]
n = batchNorm(x, g, b, m, v) epsilon=0.001
a = mean(n) axes=[1,2] keepDims=false
y = batchNorm(a, g, b, m, v) epsilon=0.01`),
  'pools that see the frame': one(`a = maxPool(x) pad="same" size=[3,3] strides=[2,2]
y = avgPool(a) pad="same" size=[3,2] strides=[1,1]`),
  'flattened before a dense layer: the order of the features': one(`k = const float32[3,3,4,2] seed=1
c = conv2d(x, k) pad="same" strides=[1,1]
f = reshape(c) shape=[-1,60]
w = const float32[60,3] seed=2
b = const float32[3] seed=3
d = matMul(f, w, b) activation="relu"
y = softmax(d)`),
  'softmax over the channels of an image': one(`k = const float32[1,1,4,3] seed=1
c = conv2d(x, k) pad="same" strides=[1,1]
y = softmax(c)`),
  'a residual sum, broadcast constants of each rank, a gate': one(`k = const float32[3,3,4,4] seed=1
c = conv2d(x, k) pad="same" strides=[1,1]
s = binary(c, x) fn="add"
p = const float32[4] seed=2
q = const float32[6,5,1] seed=3
r = const float32[] values=[0.5]
t = binary(s, p) fn="mul"
u = binary(q, t) fn="sub"
v = binary(u, r) fn="maximum"
g = mean(v) axes=[1,2] keepDims=true
y = binary(v, g) fn="mul"`),
  'moves: pad on all axes, transpose, concat, gather': one(`k = const float32[1,1,4,4] seed=1
c = conv2d(x, k) pad="same" strides=[1,1]
p = pad(c) paddings=[[0,0],[1,0],[0,2],[1,1]] value=0.5
i = const int32[3] values=[5,0,2]
g = gather(p, i) axis=3
o = concat(g, p) axis=-1
y = transpose(o) perm=[0,3,2,1]`),
  'a mean over height alone': one(`k = const float32[1,1,4,4] seed=1
c = conv2d(x, k) pad="same" strides=[1,1]
y = mean(c) axes=[1] keepDims=false`),
  'a scatter of an image and one of features': one(`k = const float32[1,1,4,2] seed=1
c = conv2d(x, k) pad="same" strides=[1,1]
s = scatter(c) fill=[0,0.5,0,0] positions=[0,2] size=4
m = mean(s) axes=[1,2] keepDims=false
y = scatter(m) fill=[0,0,0,0,-1,0] positions=[0,1,2,5] size=6`),
  'a transposed convolution, SAME and VALID': one(`k = const float32[3,2,5,4] seed=1
a = convTranspose2d(x, k) pad="same" size=[11,10] strides=[2,2]
j = const float32[2,3,2,5] seed=2
y = convTranspose2d(a, j) pad="valid" size=[33,21] strides=[3,2]`),
  'a transposed convolution whose result has rows that no window reaches':
    one(`k = const float32[1,1,3,4] seed=1
y = convTranspose2d(x, k) pad="same" size=[12,15] strides=[2,3]`),
  'resizing, each way': one(`k = const float32[1,1,4,4] seed=1
c = conv2d(x, k) pad="same" strides=[1,1]
a = resize(c) alignCorners=false halfPixelCenters=true method="bilinear" size=[9,11]
b = resize(a) alignCorners=true halfPixelCenters=false method="bilinear" size=[5,7]
d = resize(b) alignCorners=false halfPixelCenters=false method="bilinear" size=[8,10]
e = resize(d) alignCorners=false halfPixelCenters=false method="nearest" size=[13,7]
f = resize(e) alignCorners=true halfPixelCenters=false method="nearest" size=[6,12]
y = resize(f) alignCorners=false halfPixelCenters=true method="nearest" size=[9,5]`),
  'slices, squeezes, mirrors, depth to space': one(`k = const float32[3,3,4,8] seed=1
c = conv2d(x, k) pad="same" strides=[1,1]
d = depthToSpace(c) blockSize=2
s = slice(d) begin=[0,1,0,1] size=[-1,7,-1,1]
r = mirrorPad(s) mode="reflect" paddings=[[0,0],[2,1],[0,3],[0,0]]
m = mirrorPad(r) mode="symmetric" paddings=[[0,0],[3,0],[2,1],[0,0]]
q = squeeze(m) axes=[3]
y = expandDims(q) axis=1`),
  'sums, largest and smallest, with and without their axes': one(`k = const float32[1,1,4,4] seed=1
c = conv2d(x, k) pad="same" strides=[1,1]
s = reduce(c) axes=[1,2] fn="sum" keepDims=true
l = reduce(c) axes=[3] fn="max" keepDims=true
t = binary(s, l) fn="mul"
y = reduce(t) axes=[1] fn="min" keepDims=false`),
  'prelu with one slope a channel, and other functions of two': one(`k = const float32[1,1,4,4] seed=1
c = conv2d(x, k) pad="same" strides=[1,1]
a = const float32[1,1,4] seed=2
p = binary(c, a) fn="prelu"
d = binary(p, x) fn="squaredDifference"
h = const float32[4] values=[1,2,4,8]
y = binary(d, h) fn="div"`),
  'functions of one': one(`a = unary(x) alpha=0 fn="abs"
b = unary(a) alpha=0 fn="sqrt"
c = unary(b) alpha=0 fn="softplus"
d = unary(c) alpha=0 fn="rsqrt"
e = unary(d) alpha=0 fn="log"
f = unary(e) alpha=0 fn="selu"
g = unary(f) alpha=0 fn="exp"
h = unary(g) alpha=0 fn="square"
i = unary(h) alpha=0 fn="neg"
y = unary(i) alpha=0 fn="erf"`),
};

for (const [name, graph] of Object.entries(cases)) {
  test(`${name}: onnxruntime agrees with the oracle`, async () => {
    expect(await distance(graph)).toBeLessThan(tolerance);
  });
}

test('random graphs, as they are and compacted', async () => {
  for (let seed = 0; seed < 24; seed++) {
    // ONNX has no form for what is opaque.
    const random = graphFromSeed(seed);
    const [graph, compacted] = [withStandIns(random), withStandIns(compact(random).graph)];
    expect({ seed, apart: await distance(graph) }).toSatisfy(({ apart }) => apart < tolerance);
    expect({ seed, apart: await distance(compacted) }).toSatisfy(({ apart }) => apart < tolerance);
  }
});

test('what ONNX cannot say is refused by op and name', () => {
  const graph = one('y = opaque(x) attr={} kind="Lambda"');
  expect(() => writeOnnx(graph)).toThrow(
    'node y (Lambda): expected an operation that ONNX has, to be written as ONNX',
  );
});

test('SAME over an open height and width stays a rule', async () => {
  const open = (shape: string): Graph =>
    parseGraph(`graph "g"
x = input dtype="float32" shape=${shape}
k = const float32[3,3,2,3] seed=1
c = conv2d(x, k) pad="same" strides=[2,2]
m = maxPool(c) pad="same" size=[2,2] strides=[1,1]
y = resize(m) alignCorners=false factor=[2,3] halfPixelCenters=true method="bilinear" size=[null,null]
output "y" = y
`);
  const feeds = seededInputs(open('[2,7,6,2]'), 2, rngFromSeed(1));
  const session = await InferenceSession.create(writeOnnx(open('[null,null,null,2]')));
  const x = feeds['x'] as { shape: readonly number[]; values: ArrayLike<number> };
  const { y } = await session.run({ x: new Tensor('float32', Float32Array.from(x.values), x.shape) });
  const want = runGraph(open('[2,7,6,2]'), feeds).get('y');
  expect([...(y?.dims ?? [])]).toEqual(want?.shape);
  for (const [i, value] of (want?.values ?? []).entries()) expect(Number(y?.data[i])).toBeCloseTo(value, 5);
});

test('an input is called as the signature calls it', async () => {
  const graph = parseGraph(`graph "g"
serving_x = input dtype="float32" key="x" shape=[null,2]
y = unary(serving_x) alpha=0 fn="relu"
output "answer" = y
`);
  const session = await InferenceSession.create(writeOnnx(graph));
  expect([session.inputNames, session.outputNames]).toEqual([['x'], ['answer']]);
});

test('a compacted network with its scatters goes over too', async () => {
  const graph = parseGraph(`graph "g"
${image}
k = const float32[1,1,4,6] values=[1,0,2,0,3,1,0,0,1,0,2,1,1,0,0,0,1,3,2,0,1,0,1,1]
b = const float32[6] values=[0,0.5,0,0,0,1]
j = const float32[3,3,4,6] seed=3
w = const float32[3,3,6,2] seed=4
c = conv2d(x, k, b) activation="relu" pad="same" strides=[1,1]
d = conv2d(x, j) pad="same" strides=[1,1]
s = binary(c, d) fn="add"
y = conv2d(s, w) pad="same" strides=[1,1]
output "y" = y
`);
  const { graph: small } = compact(graph);
  expect(small.nodes.some(({ op }) => op === 'scatter')).toBe(true);
  expect(await distance(small)).toBeLessThan(tolerance);
});
