import { type HostTensor, narrow, parseGraph, printGraph, rngFromSeed, runGraph } from '@asfp/core';
import { expect, test } from 'vitest';
import { compact, convert } from '../compact.ts';
import { compareRuns } from '../proof/compareRuns.ts';
import { seededInputs } from '../proof/seededInputs.ts';
import { foldBatchNorm } from './foldBatchNorm.ts';
import { foldBias } from './foldBias.ts';
import { fuseActivation } from './fuseActivation.ts';
import { mergeTransposedPad } from './mergeTransposedPad.ts';
import { removeIdentity } from './removeIdentity.ts';
import { widenWeights } from './widenWeights.ts';

const head = 'graph "g"\nx = input dtype="float32" shape=[null,4,4,2]\n';
const norm = `g = const float32[2] values=[2,0.5]
b = const float32[2] values=[1,-1]
m = const float32[2] values=[0.5,0]
v = const float32[2] values=[0.75,3.75]
`;

test('batch norm goes into the convolution before it', () => {
  const graph = parseGraph(`${head}${norm}k = const float32[1,1,2,2] values=[1,2,3,4]
c = conv2d(x, k) pad="same" strides=[1,1]
n = batchNorm(c, g, b, m, v) epsilon=0.25
r = unary(n) fn="relu"
output "y" = r
`);
  // s = [2/√1, 0.5/√4] = [2, 0.25]; bias = (0 − mean)·s + beta = [0, −1].
  expect(printGraph(convert(graph).graph)).toMatchInlineSnapshot(`
    "graph "g"
    x = input dtype="float32" shape=[null,4,4,2] : [?, 4, 4, 2]
    c/kernel = const float32[1,1,2,2] values=[2,0.5,6,1] : [1, 1, 2, 2]
    c/bias = const float32[2] values=[0,-1] : [2]
    c = conv2d(x, c/kernel, c/bias) activation="relu" pad="same" strides=[1,1] : [?, 4, 4, 2]
    output "y" = c
    "
  `);
});

test('a quantized kernel keeps its form and its batch norm, until it is widened', () => {
  const graph = parseGraph(`${head}${norm}k = const float32[1,1,2,2] values=[1,2,3,4]
c = conv2d(x, k) pad="same" strides=[1,1]
n = batchNorm(c, g, b, m, v) epsilon=0.25
output "y" = n
`);
  const nodes = graph.nodes.map((node) =>
    node.op === 'const' && node.name === 'k'
      ? { ...node, attrs: { tensor: narrow(node.attrs.tensor, 'uint8') as HostTensor } }
      : node,
  );
  const quantized = { ...graph, nodes };
  const kept = convert(quantized);
  expect(kept.graph.nodes.map(({ op }) => op)).toContain('batchNorm');
  expect(kept.passes.flatMap(({ notes }) => notes)).toContain(
    'n stays: the kernel of c keeps its uint8 form',
  );
  const folded = convert(widenWeights(quantized)).graph;
  expect(folded.nodes.map(({ op }) => op)).not.toContain('batchNorm');
});

test('a depthwise kernel of multiplier 2 is scaled channel by channel', () => {
  const graph = parseGraph(`${head}k = const float32[3,3,2,2] seed=1
kb = const float32[4] seed=9
g = const float32[4] seed=2
b = const float32[4] seed=3
m = const float32[4] seed=4
v = const float32[4] values=[1,2,3,4]
c = depthwiseConv2d(x, k, kb) pad="same" strides=[1,1]
n = batchNorm(c, g, b, m, v) epsilon=0.001
output "y" = n
`);
  const folded = foldBatchNorm.run(graph);
  expect(folded.graph.nodes.some((node) => node.op === 'batchNorm')).toBe(false);
  const feeds = seededInputs(graph, 5, rngFromSeed(1));
  const [before, after] = [graph, folded.graph].map((one) => runGraph(one, feeds).get('y')?.values ?? []);
  const pair = { name: 'y', rowLength: 4, a: before as Float64Array, b: after as Float64Array };
  expect(compareRuns([pair]).maxRelError).toBeLessThan(10 * 2 ** -24);
});

test.each([
  [
    'another reader',
    'c = conv2d(x, k) pad="same" strides=[1,1]\nn = batchNorm(c, g, b, m, v) epsilon=0.25\nz = binary(n, c) fn="add"',
    'z',
    'n stays: c is read by others too',
  ],
  [
    'an activation in between',
    'c = conv2d(x, k) activation="relu" pad="same" strides=[1,1]\nz = batchNorm(c, g, b, m, v) epsilon=0.25',
    'z',
    'z stays: c applies relu first',
  ],
  [
    'no layer before it',
    'z = batchNorm(x, g, b, m, v) epsilon=0.25',
    'z',
    'z stays: it does not follow a convolution or dense layer but x (input)',
  ],
])('batch norm stays where there is %s, and says so', (_, body, output, note) => {
  const graph = parseGraph(
    `${head}${norm}k = const float32[1,1,2,2] values=[1,2,3,4]\n${body}\noutput "y" = ${output}\n`,
  );
  const result = foldBatchNorm.run(graph);
  expect(result.graph).toBe(graph);
  expect(result.notes).toEqual([note]);
});

test('a sum with one number a channel becomes a bias, from either side; with a map it does not', () => {
  const graph = parseGraph(`${head}k = const float32[1,1,2,2] values=[1,2,3,4]
p = const float32[2] values=[10,20]
q = const float32[1,1,1,2] values=[1,2]
w = const float32[4,4,2] seed=1
c = conv2d(x, k) pad="same" strides=[1,1]
a = binary(p, c) fn="add"
d = binary(a, q) fn="add"
e = binary(d, w) fn="add"
output "y" = e
`);
  const { graph: folded, notes } = foldBias.run(graph);
  expect(notes).toEqual(['a went into c', 'd went into c']);
  expect(printGraph(convert(folded).graph)).toMatchInlineSnapshot(`
    "graph "g"
    x = input dtype="float32" shape=[null,4,4,2] : [?, 4, 4, 2]
    c/kernel = const float32[1,1,2,2] values=[1,2,3,4] : [1, 1, 2, 2]
    c/bias = const float32[2] values=[11,22] : [2]
    c = conv2d(x, c/kernel, c/bias) pad="same" strides=[1,1] : [?, 4, 4, 2]
    e/operand1 = const float32[4,4,2] hash=1b6e5506 : [4, 4, 2]
    e = binary(c, e/operand1) fn="add" : [?, 4, 4, 2]
    output "y" = e
    "
  `);
});

test('an activation is fused once, and not where its input is read by others or is a result', () => {
  const graph = parseGraph(`${head}k = const float32[1,1,2,2] values=[1,2,3,4]
c = conv2d(x, k) pad="same" strides=[1,1]
r = unary(c) alpha=0.2 fn="leakyRelu"
t = unary(r) fn="tanh"
d = conv2d(t, k) pad="same" strides=[1,1]
e = unary(d) fn="relu"
output "y" = e
output "raw" = d
`);
  expect(printGraph(fuseActivation.run(graph).graph)).toMatchInlineSnapshot(`
    "graph "g"
    x = input dtype="float32" shape=[null,4,4,2] : [?, 4, 4, 2]
    k = const float32[1,1,2,2] values=[1,2,3,4] : [1, 1, 2, 2]
    c = conv2d(x, k) activation="leakyRelu" alpha=0.2 pad="same" strides=[1,1] : [?, 4, 4, 2]
    t = unary(c) fn="tanh" : [?, 4, 4, 2]
    d = conv2d(t, k) pad="same" strides=[1,1] : [?, 4, 4, 2]
    e = unary(d) fn="relu" : [?, 4, 4, 2]
    output "y" = e
    output "raw" = d
    "
  `);
});

test('identities vanish, also in a row and as a result', () => {
  const graph = parseGraph(`${head}a = unary(x) fn="identity"
b = pad(a) paddings=[[0,0],[0,0],[0,0],[0,0]] value=0
c = unary(b) fn="relu"
d = transpose(c) perm=[0,1,2,3]
output "y" = d
`);
  expect(removeIdentity.run(graph).graph.nodes.map((node) => node.name)).toEqual(['x', 'c']);
  expect(removeIdentity.run(graph).graph.outputs).toEqual([{ name: 'y', from: 'c' }]);
});

test('permute, pad and permute back is one padding of the channels; another permutation is left alone', () => {
  const body = (perm: string): string => `${head}a = transpose(x) perm=[0,1,3,2]
b = pad(a) paddings=[[0,0],[0,0],[1,3],[0,0]] value=0.5
c = transpose(b) perm=${perm}
output "y" = c
`;
  const merged = mergeTransposedPad.run(parseGraph(body('[0,1,3,2]'))).graph;
  expect(merged.nodes.find((node) => node.name === 'c')).toEqual({
    name: 'c',
    op: 'pad',
    inputs: ['x'],
    attrs: {
      paddings: [
        [0, 0],
        [0, 0],
        [0, 0],
        [1, 3],
      ],
      value: 0.5,
    },
  });
  const other = parseGraph(body('[0,2,1,3]'));
  expect(mergeTransposedPad.run(other).graph).toBe(other);
});

test('a network that nothing applies to comes out as it went in, and converting cuts nothing', () => {
  const graph = parseGraph(`${head}c/kernel = const float32[3,3,2,2] seed=1
c = conv2d(x, c/kernel) pad="same" strides=[1,1]
output "y" = c
`);
  expect(compact(graph).graph).toBe(graph);
  expect(compact(graph).passes.every((pass) => !pass.changed)).toBe(true);
  const zero = parseGraph(`${head}c/kernel = const float32[1,1,2,2] values=[1,0,1,0]
d/kernel = const float32[1,1,2,1] values=[1,1]
c = conv2d(x, c/kernel) pad="same" strides=[1,1]
d = conv2d(c, d/kernel) pad="same" strides=[1,1]
output "y" = d
`);
  expect(convert(zero).graph.nodes.find((node) => node.name === 'c/kernel')).toMatchObject({
    attrs: { tensor: { shape: [1, 1, 2, 2] } },
  });
});
