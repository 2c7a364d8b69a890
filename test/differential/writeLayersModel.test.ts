// Writes graphs as LayersModels, loads them with plain tfjs-layers, and compares with the oracle.
import { compact, seededInputs } from '@asfp/compactor';
import {
  type Graph,
  parseGraph,
  rngFromSeed,
  runGraph,
  type WrittenModel,
  writeLayersModel,
} from '@asfp/core';
import * as tf from '@tensorflow/tfjs-core';
import { loadLayersModel } from '@tensorflow/tfjs-layers';
import { expect, test } from 'vitest';
import { openCpu, relativeError } from './tfjsRun.ts';

/** The worst output's relative error against the oracle. */
async function distance(graph: Graph): Promise<number> {
  await openCpu();
  const model = await loadLayersModel(memory(writeLayersModel(graph)));
  const feeds = seededInputs(graph, 2, rngFromSeed(3));
  const inputs = model.inputNames.map((name) => {
    const feed = feeds[name] as { shape: readonly number[]; values: ArrayLike<number> };
    return tf.tensor(Float32Array.from(feed.values), [...feed.shape]);
  });
  const results = [model.predict(inputs)].flat() as tf.Tensor[];
  const wanted = [...runGraph(graph, feeds).values()];
  const errors = wanted.map(({ shape, values }, i) => {
    expect(results[i]?.shape).toEqual(shape);
    return relativeError(values, results[i]?.dataSync() as Float32Array);
  });
  expect(results.length).toBe(wanted.length);
  tf.dispose([inputs, results]);
  model.dispose();
  return Math.max(...errors);
}

function memory({ json, shards }: WrittenModel): tf.io.IOHandler {
  const { modelTopology, weightsManifest } = json as unknown as tf.io.ModelJSON;
  const weightSpecs = weightsManifest.flatMap(({ weights }) => weights);
  const bytes = shards.get('weights.bin') as Uint8Array;
  return { load: async () => ({ modelTopology, weightSpecs, weightData: bytes.slice().buffer }) };
}

const cases: Readonly<Record<string, string>> = {
  'convolutions with every padding and activation, depthwise, batch norm': `k = const float32[3,3,3,4] seed=1
dk = const float32[3,3,4,4] seed=8
b = const float32[4] seed=2
a = conv2d(x, k, b) activation="relu6" pad="same" strides=[2,1]
dilated = conv2d(a, dk) dilations=[2,1] pad="same" strides=[1,1]
j = const float32[2,3,4,5] seed=3
e = conv2d(dilated, j) activation="leakyRelu" alpha=0.2 pad=[[1,0],[2,1]] strides=[1,1]
d = const float32[3,3,5,2] seed=4
f = depthwiseConv2d(e, d) activation="tanh" pad="same" strides=[1,1]
g = const float32[10] seed=5
v = const float32[10] values=[1,2,3,4,5,6,7,8,9,10]
y = batchNorm(f, g, g, g, v) epsilon=0.01`,
  'pools, a gate, a flatten, dense layers, softmax': `p = pad(x) paddings=[[0,0],[1,2],[0,1],[0,0]] value=0
m = maxPool(p) pad="same" size=[3,3] strides=[2,2]
a = avgPool(m) pad="valid" size=[2,2] strides=[1,1]
g = mean(a) axes=[1,2] keepDims=true
s = unary(g) alpha=0 fn="sigmoid"
t = binary(a, s) fn="mul"
r = reduce(t) axes=[1,2] fn="max" keepDims=false
f = reshape(t) shape=[-1,36]
w = const float32[36,4] seed=6
h = matMul(f, w) activation="elu"
i = concat(h, r, h) axis=-1
u = const float32[11,5] seed=7
o = matMul(i, u)
y = softmax(o)`,
  'transposed convolutions, enlargement, crops': `k = const float32[3,3,4,3] seed=1
b = const float32[1,1,1,4] seed=2
t = convTranspose2d(x, k) pad="same" size=[12,12] strides=[2,2]
u = binary(t, b) fn="add"
r = unary(u) alpha=0 fn="relu"
j = const float32[2,4,2,4] seed=3
v = convTranspose2d(r, j) pad="valid" size=[36,26] strides=[3,2]
c = slice(v) begin=[0,3,1,0] size=[-1,-1,20,-1]
n = resize(c) alignCorners=false halfPixelCenters=false method="nearest" size=[66,20]
y = resize(n) alignCorners=false halfPixelCenters=false method="bilinear" size=[66,40]`,
  'sums, products and slopes by constants': `a = const float32[3] values=[0.5,-1,2]
h = const float32[] values=[0.25]
m = const float32[1,1,3] values=[4,8,0.5]
s = const float32[1,6,1,3] seed=4
p = binary(x, a) fn="add"
q = binary(h, p) fn="mul"
r = binary(q, m) fn="div"
t = binary(a, r) fn="sub"
u = binary(t, h) fn="sub"
v = binary(u, a) fn="prelu"
w = binary(v, s) fn="prelu"
rl = unary(w) alpha=0 fn="relu"
cap = binary(rl, h) fn="minimum"
f = mean(cap) axes=[1,2] keepDims=false
y = binary(f, a) fn="mul"`,
  'channels moved: transpose, gather, scatter': `t = transpose(x) perm=[0,2,1,3]
i = const int32[4] values=[2,0,0,1]
q = gather(t, i) axis=3
s = scatter(q) fill=[0,0.5,0,0,0,-1] positions=[0,2,3,4] size=6
y = unary(s) alpha=0 fn="relu"`,
};

for (const [name, body] of Object.entries(cases)) {
  test(`${name}: plain tfjs-layers agrees with the oracle`, async () => {
    const graph = parseGraph(
      `graph "g"\nx = input dtype="float32" shape=[null,6,6,3]\n${body}\noutput "answer" = y\n`,
    );
    expect(await distance(graph)).toBeLessThan(5e-6);
  });
}

test('a compacted residual network with scatters, two outputs, names that tfjs would not take', async () => {
  const graph = parseGraph(`graph "g"
x = input dtype="float32" shape=[null,6,6,4]
k = const float32[1,1,4,6] values=[1,0,2,0,3,1,0,0,1,0,2,1,1,0,0,0,1,3,2,0,1,0,1,1]
b = const float32[6] values=[0,0.5,0,0,0,1]
j = const float32[3,3,4,6] seed=3
w = const float32[3,3,6,2] seed=4
c = conv2d(x, k, b) activation="relu" pad="same" strides=[1,1]
d:1 = conv2d(x, j) pad="same" strides=[1,1]
s = binary(c, d:1) fn="add"
y = conv2d(s, w) pad="same" strides=[1,1]
z = mean(y) axes=[1,2] keepDims=false
output "y" = y
output "z" = z
`);
  const { graph: small } = compact(graph);
  expect(small.nodes.some(({ op }) => op === 'scatter')).toBe(true);
  expect(await distance(small)).toBeLessThan(5e-6);
});

test('what no standard layer does is refused by op and name', () => {
  const write = (body: string) => (): unknown =>
    writeLayersModel(
      parseGraph(`graph "g"
x = input dtype="float32" shape=[null,6,6,3]
${body}
output "y" = y
`),
    );
  expect(write('y = depthToSpace(x) blockSize=1')).toThrow(
    'node y (depthToSpace): expected an operation that a standard layer does, to be written as a LayersModel. Write a GraphModel instead',
  );
  expect(
    write('y = resize(x) alignCorners=true halfPixelCenters=false method="nearest" size=[12,12]'),
  ).toThrow(
    'node y (resize): expected enlargement by whole factors from the top left corner, to be written as a LayersModel',
  );
  expect(write('y = slice(x) begin=[0,0,0,1] size=[-1,-1,-1,2]')).toThrow(
    'node y (slice): expected a crop of height and width',
  );
  expect(
    write(`k = const float32[3,3,2,3] seed=1
y = convTranspose2d(x, k) pad="same" size=[11,12] strides=[2,2]`),
  ).toThrow('node y (convTranspose2d): expected the size that Keras gives a transposed convolution');
  expect(
    write(`k = const float32[3] seed=1
y = binary(x, k) fn="maximum"`),
  ).toThrow('node y (binary): expected a sum, product or slope by one number a channel');
  expect(
    write(`k = const float32[3,3,3,1] seed=1
y = depthwiseConv2d(x, k) dilations=[2,2] pad="same" strides=[1,1]`),
  ).toThrow('node y (depthwiseConv2d): expected no dilation, which tfjs-layers leaves out');
});
