// The faults that random graphs have found, each as the smallest graph that showed it.
import { compact } from '@asfp/compactor';
import { type Graph, parseGraph, writeGraphModel } from '@asfp/core';
import { expect, test } from 'vitest';
import { openCpu, relativeError, runOnTfjs } from '../differential/tfjsRun.ts';
import { checkCompaction } from './checkCompaction.ts';

/** An op that is not understood between x and `o`. */
const reversed = `a = const int32[1] values=[3]
o = opaque(x, a) attr={"T":{"type":"DT_FLOAT"},"Tidx":{"type":"DT_INT32"}} kind="ReverseV2"`;

const cases: Readonly<Record<string, string>> = {
  'a dead layer read channels that nobody else needed': `k = const float32[3,2] values=[1,0.5,-1,0.25,2,0]
f = matMul(m, k)
d = const float32[2,2] seed=1
dead = matMul(f, d)
l = const float32[2,1] values=[0,1]
y = matMul(f, l)`,
  'a value read for none of its channels keeps one, and what that one needs': `k = const float32[1,1,3,2] seed=1
a = conv2d(x, k) activation="relu" pad="same" strides=[1,1]
z = const float32[1,1,2,2] values=[0,0,0,0]
b = conv2d(a, z) pad="same" strides=[1,1]
l = const float32[1,1,3,2] seed=2
c = conv2d(x, l) pad="same" strides=[1,1]
y = binary(b, c) fn="add"`,
  'a scattered constant comes into a depthwise convolution whose padding shows': `s = scatter(x) fill=[0,0,0,3.5] positions=[0,1,2] size=4
k = const float32[2,1,4,1] values=[1,2,3,4,5,6,7,8]
y = depthwiseConv2d(s, k) pad="same" strides=[1,1]`,
  'a padded channel comes into a depthwise convolution whose padding shows': `s = pad(x) paddings=[[0,0],[0,0],[0,0],[1,1]] value=0.5
k = const float32[3,3,5,1] seed=1
y = depthwiseConv2d(s, k) pad="same" strides=[1,1]`,
  'a constant channel gets a frame of another value': `z = const float32[1,1,3,2] values=[0,1,0,2,0,3]
b = const float32[2] values=[0.75,0]
a = conv2d(x, z, b) pad="same" strides=[1,1]
s = scatter(a) fill=[0,0.25,0] positions=[0,2] size=3
p = pad(s) paddings=[[0,0],[1,1],[0,0],[0,0]] value=-1
y = unary(p) fn="tanh"`,
  'a scattered constant is summed over its positions': `k = const float32[1,1,3,4] values=[1,0,0,2,3,0,0,4,5,0,0,6]
a = conv2d(x, k) pad="same" strides=[1,1]
p = slice(a) begin=[0,0,0,0] size=[-1,-1,-1,2]
q = slice(a) begin=[0,0,0,2] size=[-1,-1,-1,2]
j = concat(q, p) axis=3
s = scatter(j) fill=[0,0.75,0,0,-0.5,0] positions=[0,2,3,5] size=6
y = reduce(s) axes=[1,2] fn="sum" keepDims=false`,
  'a sum that can never pass its relu keeps a channel of one branch for another reader': `t = unary(x) fn="tanh"
k = const float32[1,1,3,2] values=[1,0.5,-1,0.25,0.5,1]
b = const float32[2] values=[-9,0.5]
u = conv2d(t, k, b) pad="same" strides=[1,1]
l = const float32[1,1,3,2] values=[0.5,1,1,-0.5,-1,0.75]
v = conv2d(t, l) pad="same" strides=[1,1]
a = binary(u, v) fn="add"
r = unary(a) fn="relu"
w = const float32[3,3,2,2] seed=3
c = conv2d(r, w) pad="same" strides=[1,1]
d = conv2d(v, w) pad="same" strides=[1,1]
y = concat(c, d) axis=-1`,
  'two batch norms in a row fold in one compaction': `k = const float32[1,1,3,2] seed=1
c = conv2d(x, k) pad="same" strides=[1,1]
g = const float32[2] values=[1.5,0.5]
b = const float32[2] values=[0.5,-1]
m = const float32[2] values=[0.25,0.125]
v = const float32[2] values=[0.75,2]
n = batchNorm(c, g, b, m, v) epsilon=0.001
y = batchNorm(n, b, g, m, v) epsilon=0.001`,
  'a scatter keeps its name however often a graph is compacted': `k = const float32[1,1,3,2] seed=1
c = conv2d(x, k) pad="same" strides=[1,1]
s = scatter(c) fill=[0,0.5,0] positions=[0,2] size=3
y = binary(s, x) fn="add"`,
  'a constant of a transposed value is rounded in the file': `z = const float32[1,1,3,2] values=[0,1,0,2,0,3]
b = const float32[2] values=[-0.08904862403869629,0]
a = conv2d(x, z, b) activation="sigmoid" pad="same" strides=[1,1]
y = transpose(a) perm=[0,2,1,3]`,
  'values of rank 3 keep all their channels, for a scatter of them has no spelling': `z = const float32[1,1,3,2] values=[0,1,0,2,0,3]
a = conv2d(x, z) pad="same" strides=[1,1]
r = mean(a) axes=[1] keepDims=false
y = unary(r) fn="tanh"`,
  'tanh stands alone: no backend of tfjs runs it fused': `k = const float32[1,1,3,2] seed=1
c = conv2d(x, k) pad="same" strides=[1,1]
y = unary(c) fn="tanh"`,
  'a fused tanh is taken apart': `k = const float32[1,1,3,2] seed=1
y = conv2d(x, k) activation="tanh" pad="same" strides=[1,1]`,
  'leaky relu stands alone behind a depthwise convolution, where tfjs forgets its slope': `k = const float32[1,1,3,1] seed=1
c = depthwiseConv2d(x, k) pad="same" strides=[1,1]
y = unary(c) alpha=0.25 fn="leakyRelu"`,
  'a depthwise convolution behind an op that is not understood has its bias in the file': `${reversed}
k = const float32[2,2,3,2] seed=1
y = depthwiseConv2d(o, k) activation="relu" pad="same" strides=[1,1]`,
  'a selecting convolution behind an op that is not understood stays one, for nobody knows its shape': `${reversed}
k = const float32[1,1,3,4] values=[1,0,0,0,0,1,0,0,0,0,0,1]
y = conv2d(o, k) pad="valid" strides=[1,1]`,
  'a squeeze behind an op that is not understood is read by its axes': `${reversed}
n = mean(o) axes=[1,2] keepDims=true
s = squeeze(n) axes=[1,2]
k = const float32[3,2] seed=1
y = matMul(s, k)`,
  'a prelu behind the scatter of a row stays apart when the file is read': `k = const float32[3,2] values=[1,0.5,-1,0.25,2,0]
f = matMul(m, k)
s = scatter(f) fill=[0,0.5,0] positions=[0,2] size=3
p = const float32[3] values=[0.5,0.25,-0.5]
y = binary(s, p) fn="prelu"`,
  'channels that only a run knows fit into a convolution': `${reversed}
r = resize(o) alignCorners=false halfPixelCenters=false method="nearest" size=[8,6]
k = const float32[1,1,3,2] seed=1
y = conv2d(r, k) pad="same" strides=[1,1]`,
};

/** Faults that need an image of any size; checked at 4 × 3. */
const openCases: Readonly<Record<string, string>> = {
  'a scatter of a value with any number of channels keeps them all': `t = transpose(x) perm=[0,3,1,2]
s = scatter(t) fill=[0,-0.5,0,0] positions=[0,2,3] size=4
y = unary(s) fn="relu"`,
};

function graphOf(body: string, size = '4,3'): Graph {
  const mean = body.includes('(m, ') ? 'm = mean(x) axes=[1,2] keepDims=false\n' : '';
  return parseGraph(
    `graph "case"\nx = input dtype="float32" shape=[null,${size},3]\n${mean}${body}\noutput "result" = y\n`,
  );
}

test.each(Object.entries(cases))('%s', async (_, body) => {
  const graph = graphOf(body);
  const { compacted, feeds, truth } = checkCompaction(graph);
  await openCpu();
  const found = (await runOnTfjs(writeGraphModel(compacted), feeds)).get('result') ?? [];
  // Sums of at most 27 products in float32, one or two layers deep.
  expect(relativeError(truth.get('result') ?? [], found)).toBeLessThan(100 * 2 ** -24);
  expect(compact(compacted).graph).toBe(compacted);
});

test.each(Object.entries(openCases))('%s', (_, body) => {
  const { compacted } = checkCompaction(graphOf(body, 'null,null'), graphOf(body));
  expect(compact(compacted).graph).toBe(compacted);
});
