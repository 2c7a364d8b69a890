import { type Graph, type GraphNode, parseGraph, printGraph, rngFromSeed, runGraph } from '@asfp/core';
import { expect, test } from 'vitest';
import { seededInputs } from '../proof/seededInputs.ts';
import { canonicalWeights } from './canonicalWeights.ts';
import { cutChannels } from './cutChannels.ts';
import { removeDead } from './removeDead.ts';

/** Zeroes whole filters of a kernel constant. */
function zeroFilters(graph: Graph, constant: string, filters: readonly number[]): Graph {
  const nodes = graph.nodes.map((node): GraphNode => {
    if (node.name !== constant || node.op !== 'const') return node;
    const { tensor } = node.attrs;
    const outs = tensor.shape.at(-1) as number;
    const values = Float32Array.from(tensor.values, (value, at) => (filters.includes(at % outs) ? 0 : value));
    return { ...node, attrs: { tensor: { ...tensor, values } } };
  });
  return { ...graph, nodes };
}

function cut(graph: Graph): Graph {
  return canonicalWeights.run(removeDead.run(cutChannels().run(graph).graph).graph).graph;
}

/** The largest difference of any output over its largest value, on nine images of which two are edge cases. */
function distance(before: Graph, after: Graph): number {
  const feeds = seededInputs(before, 9, rngFromSeed(5));
  const [a, b] = [runGraph(before, feeds), runGraph(after, feeds)];
  let worst = 0;
  for (const [name, { values }] of a) {
    const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;
    const other = b.get(name)?.values ?? new Float64Array();
    expect(other.length).toBe(values.length);
    for (const [i, value] of values.entries())
      worst = Math.max(worst, Math.abs(value - (other[i] as number)) / largest);
  }
  return worst;
}

// Each rewritten weight is rounded to float32 once: 2^-24 relative, over a sum of at most a few hundred terms.
const rounding = 300 * 2 ** -24;

const twoConvs = (pad: string, bias: string, kernel = '3,3', activation = '"relu"'): Graph =>
  parseGraph(`graph "g"
x = input dtype="float32" shape=[null,7,6,3]
k1 = const float32[3,3,3,5] seed=1
b1 = const float32[5] values=${bias}
k2 = const float32[${kernel},5,4] seed=2
c1 = conv2d(x, k1, b1) activation=${activation} pad="same" strides=[1,1]
c2 = conv2d(c1, k2) pad=${pad} strides=[2,2]
output "y" = c2
`);

test('a zero filter without a constant leaves with its input channel, bit for bit', () => {
  const graph = zeroFilters(twoConvs('"same"', '[1,-2,3,0,-1]'), 'k1', [1, 3, 4]);
  const smaller = cut(graph);
  expect(printGraph(smaller)).toMatchInlineSnapshot(`
    "graph "g"
    x = input dtype="float32" shape=[null,7,6,3] : [?, 7, 6, 3]
    c1/kernel = const float32[3,3,3,2] hash=5ae8e0e8 : [3, 3, 3, 2]
    c1/bias = const float32[2] values=[1,3] : [2]
    c1 = conv2d(x, c1/kernel, c1/bias) activation="relu" pad="same" strides=[1,1] : [?, 7, 6, 2]
    c2/kernel = const float32[3,3,2,4] hash=910675b2 : [3, 3, 2, 4]
    c2 = conv2d(c1, c2/kernel) pad="same" strides=[2,2] : [?, 4, 3, 4]
    output "y" = c2
    "
  `);
  expect(distance(graph, smaller)).toBe(0);
});

test('a constant behind ReLU goes into the next bias where the padding does not show', () => {
  const graph = zeroFilters(twoConvs('"valid"', '[1,2,3,0,-1]'), 'k1', [1, 2, 4]);
  const smaller = cut(graph);
  expect(printGraph(smaller)).toMatchInlineSnapshot(`
    "graph "g"
    x = input dtype="float32" shape=[null,7,6,3] : [?, 7, 6, 3]
    c1/kernel = const float32[3,3,3,2] hash=bd4c9f0e : [3, 3, 3, 2]
    c1/bias = const float32[2] values=[1,0] : [2]
    c1 = conv2d(x, c1/kernel, c1/bias) activation="relu" pad="same" strides=[1,1] : [?, 7, 6, 2]
    c2/kernel = const float32[3,3,2,4] hash=16d744a4 : [3, 3, 2, 4]
    c2/bias = const float32[4] values=[22.298734664916992,22.447006225585938,-4.186112403869629,-2.820591449737549] : [4]
    c2 = conv2d(c1, c2/kernel, c2/bias) pad="valid" strides=[2,2] : [?, 3, 2, 4]
    output "y" = c2
    "
  `);
  expect(distance(graph, smaller)).toBeLessThan(rounding);
});

test('where the padding shows, one constant channel stays and carries the others', () => {
  const graph = zeroFilters(twoConvs('"same"', '[1,2,3,0,0.5]'), 'k1', [1, 2, 4]);
  const smaller = cut(graph);
  expect(printGraph(smaller)).toMatchInlineSnapshot(`
    "graph "g"
    x = input dtype="float32" shape=[null,7,6,3] : [?, 7, 6, 3]
    c1/kernel = const float32[3,3,3,3] hash=28c5f07e : [3, 3, 3, 3]
    c1/bias = const float32[3] values=[1,3,0] : [3]
    c1 = conv2d(x, c1/kernel, c1/bias) activation="relu" pad="same" strides=[1,1] : [?, 7, 6, 3]
    c2/kernel = const float32[3,3,3,4] hash=1c253736 : [3, 3, 3, 4]
    c2 = conv2d(c1, c2/kernel) pad="same" strides=[2,2] : [?, 4, 3, 4]
    output "y" = c2
    "
  `);
  expect(distance(graph, smaller)).toBeLessThan(rounding);
});

test('a 1 × 1 convolution never sees padding, and explicit padding is seen', () => {
  const pointwise = zeroFilters(twoConvs('"same"', '[1,2,3,0,0.5]', '1,1'), 'k1', [1, 2, 4]);
  expect(cut(pointwise).nodes.find((node) => node.name === 'c1/kernel')).toMatchObject({
    attrs: { tensor: { shape: [3, 3, 3, 2] } },
  });
  expect(distance(pointwise, cut(pointwise))).toBeLessThan(rounding);
  const padded = zeroFilters(twoConvs('[[1,0],[0,0]]', '[1,2,3,0,0.5]'), 'k1', [1, 2, 4]);
  expect(distance(padded, cut(padded))).toBeLessThan(rounding);
});

test('a network whose filters are all zero keeps one channel and its constant answer', () => {
  const graph = zeroFilters(twoConvs('"same"', '[1,2,3,0,-1]'), 'k1', [0, 1, 2, 3, 4]);
  expect(distance(graph, cut(graph))).toBeLessThan(rounding);
});

const residual = parseGraph(`graph "block"
x = input dtype="float32" shape=[null,6,6,3]
ks = const float32[3,3,3,6] seed=1
bs = const float32[6] values=[0.5,-1,0.25,2,-3,0]
k1 = const float32[3,3,6,6] seed=2
b1 = const float32[6] values=[1,-1,0.5,-0.5,0,2]
k2 = const float32[3,3,6,6] seed=3
b2 = const float32[6] values=[0.1,-0.2,0.3,0,0,-0.6]
k3 = const float32[3,3,6,4] seed=4
kd = const float32[12,5] seed=5
s = conv2d(x, ks, bs) activation="relu" pad="same" strides=[1,1]
c1 = conv2d(s, k1, b1) activation="relu" pad="same" strides=[1,1]
c2 = conv2d(c1, k2, b2) pad="same" strides=[1,1]
a = binary(c2, s) fn="add"
r = unary(a) fn="relu"
p = avgPool(r) pad="valid" size=[1,1] strides=[2,2]
w = pad(p) paddings=[[0,0],[0,0],[0,0],[0,6]] value=0
m = mean(w) axes=[1,2] keepDims=false
d = matMul(m, kd)
c3 = conv2d(r, k3) pad="same" strides=[1,1]
output "logits" = d
output "map" = c3
`);

test('branches of a residual stream keep different channels, put back into the union with their constants', () => {
  const zeroed = zeroFilters(
    zeroFilters(zeroFilters(residual, 'ks', [1, 3, 4]), 'k2', [0, 3, 4]),
    'k1',
    [0, 5],
  );
  const smaller = cut(zeroed);
  expect(printGraph(smaller)).toMatchInlineSnapshot(`
    "graph "block"
    x = input dtype="float32" shape=[null,6,6,3] : [?, 6, 6, 3]
    s/kernel = const float32[3,3,3,4] hash=94f8e4be : [3, 3, 3, 4]
    s/bias = const float32[4] values=[0.5,0.25,2,0] : [4]
    s = conv2d(x, s/kernel, s/bias) activation="relu" pad="same" strides=[1,1] : [?, 6, 6, 4]
    c1/kernel = const float32[3,3,4,5] hash=ab5c9654 : [3, 3, 4, 5]
    c1/bias = const float32[5] values=[-1,0.5,-0.5,0,2] : [5]
    c1 = conv2d(s, c1/kernel, c1/bias) activation="relu" pad="same" strides=[1,1] : [?, 6, 6, 5]
    c2/kernel = const float32[3,3,5,3] hash=f2fb4e42 : [3, 3, 5, 3]
    c2/bias = const float32[3] values=[-0.20000000298023224,0.30000001192092896,-0.6000000238418579] : [3]
    c2 = conv2d(c1, c2/kernel, c2/bias) pad="same" strides=[1,1] : [?, 6, 6, 3]
    c2/scatter = scatter(c2) fill=[0.10000000149011612,0,0,0,0] positions=[1,2,4] size=5 : [?, 6, 6, 5]
    s/scatter = scatter(s) fill=[0,0,0,0,0] positions=[0,2,3,4] size=5 : [?, 6, 6, 5]
    a = binary(c2/scatter, s/scatter) fn="add" : [?, 6, 6, 5]
    r = unary(a) fn="relu" : [?, 6, 6, 5]
    p = avgPool(r) pad="valid" size=[1,1] strides=[2,2] : [?, 3, 3, 5]
    m = mean(p) axes=[1,2] keepDims=false : [?, 5]
    d/kernel = const float32[5,5] hash=2c246593 : [5, 5]
    d = matMul(m, d/kernel) : [?, 5]
    c3/kernel = const float32[3,3,5,4] hash=d82b4b50 : [3, 3, 5, 4]
    c3 = conv2d(r, c3/kernel) pad="same" strides=[1,1] : [?, 6, 6, 4]
    output "logits" = d
    output "map" = c3
    "
  `);
  expect(distance(zeroed, smaller)).toBeLessThan(rounding);
});

test.each(Array.from({ length: 40 }, (_, seed) => seed))(
  'random filters of a residual block, seed %d',
  (seed) => {
    const rng = rngFromSeed(seed);
    let graph = residual;
    for (const kernel of ['ks', 'k1', 'k2', 'k3']) {
      graph = zeroFilters(
        graph,
        kernel,
        [0, 1, 2, 3, 4, 5].filter(() => rng.next() < 0.4),
      );
    }
    const smaller = cut(graph);
    expect(distance(graph, smaller)).toBeLessThan(rounding);
    // Cutting once is cutting for good.
    expect(printGraph(cut(smaller))).toBe(printGraph(smaller));
  },
);

test('a flatten repeats the cut channels for every position, and softmax gets all of its own', () => {
  const graph = zeroFilters(
    parseGraph(`graph "flat"
x = input dtype="float32" shape=[null,4,4,2]
k = const float32[3,3,2,3] seed=1
b = const float32[3] values=[0.5,1,-1]
kd = const float32[12,3] seed=2
c = conv2d(x, k, b) activation="relu" pad="same" strides=[1,1]
m = maxPool(c) pad="valid" size=[2,2] strides=[2,2]
f = reshape(m) shape=[-1,12]
d = matMul(f, kd)
s = softmax(d)
output "p" = s
`),
    'k',
    [1, 2],
  );
  const smaller = cut(graph);
  expect(smaller.nodes.find((node) => node.name === 'd/kernel')).toMatchObject({
    attrs: { tensor: { shape: [4, 3] } },
  });
  expect(distance(graph, smaller)).toBeLessThan(rounding);
});

test('concat, depthwise, gather and broadcast operands follow the cut', () => {
  const graph = zeroFilters(
    parseGraph(`graph "mixed"
x = input dtype="float32" shape=[null,5,5,2]
k1 = const float32[3,3,2,4] seed=1
b1 = const float32[4] values=[0.5,1,-1,0]
k2 = const float32[1,1,2,3] seed=2
kw = const float32[3,3,7,2] seed=3
order = const int32[14] values=[13,1,2,3,4,5,6,7,8,9,10,11,12,0]
scale = const float32[14] seed=7
kh = const float32[1,1,14,2] seed=4
c1 = conv2d(x, k1, b1) activation="relu" pad="same" strides=[1,1]
c2 = conv2d(x, k2) pad="same" strides=[1,1]
j = concat(c1, c2) axis=-1
w = depthwiseConv2d(j, kw) activation="relu6" pad="same" strides=[1,1]
g = gather(w, order) axis=3
m = binary(g, scale) fn="mul"
y = conv2d(m, kh) pad="same" strides=[1,1]
output "y" = y
`),
    'k1',
    [0, 2, 3],
  );
  const smaller = cut(graph);
  expect(smaller.nodes.find((node) => node.name === 'w/kernel')).toMatchObject({
    attrs: { tensor: { shape: [3, 3, 5, 2] } },
  });
  expect(distance(graph, smaller)).toBeLessThan(rounding);
});
