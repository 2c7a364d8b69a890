import { parseGraph, printGraph, rngFromSeed, runGraph } from '@asfp/core';
import { expect, test } from 'vitest';
import { convert } from '../compact.ts';
import { seededInputs } from '../proof/seededInputs.ts';

const head = 'graph "g"\nx = input dtype="float32" shape=[null,5,4,3]\nk = const float32[3,3,3,2] seed=1\n';
const vectors =
  'g = const float32[2] values=[2,-3]\nb = const float32[2] values=[0.5,1]\nm = const float32[2] values=[1,-1]\nv = const float32[2] values=[0.25,4]\ne = const float32[] values=[0.001]\n';

test.each([
  [
    'batch norm as Rsqrt, Mul, Sub and AddV2',
    `${vectors}c = conv2d(x, k) pad="same" strides=[1,1]
a = binary(v, e) fn="add"
r = unary(a) fn="rsqrt"
s = binary(r, g) fn="mul"
p = binary(c, s) fn="mul"
q = binary(m, s) fn="mul"
t = binary(b, q) fn="sub"
y = binary(p, t) fn="add"`,
  ],
  [
    'a division, a difference and a factor in front',
    `${vectors}c = conv2d(x, k, b) pad="same" strides=[2,2]
d = binary(c, v) fn="div"
f = binary(d, m) fn="sub"
y = binary(g, f) fn="mul"`,
  ],
  [
    'a depthwise convolution and one number',
    `${vectors}w = const float32[3,3,3,2] seed=2
c = depthwiseConv2d(x, w) pad="same" strides=[1,1]
y = binary(c, e) fn="mul"`,
  ],
])('%s go into the layer', (_, body) => {
  const graph = parseGraph(`${head}${body}\noutput "y" = y\n`);
  const smaller = convert(graph).graph;
  expect(smaller.nodes.filter(({ op }) => op === 'binary' || op === 'unary')).toEqual([]);
  const feeds = seededInputs(graph, 5, rngFromSeed(7));
  const [before, after] = [runGraph(graph, feeds), runGraph(smaller, feeds)].map(
    (run) => run.get('y')?.values ?? new Float64Array(),
  ) as [Float64Array, Float64Array];
  const largest = before.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  // Weights are rounded to float32 a few times, under sums of at most 28 terms.
  for (const [i, value] of before.entries())
    expect(Math.abs(value - (after[i] as number)) / largest).toBeLessThan(100 * 2 ** -24);
  expect(convert(smaller).graph).toBe(smaller);
});

test('a factor for each position, a layer with an activation and one that others read stay', () => {
  const text = `${head}w = const float32[5,4,1] seed=2
s = const float32[2] values=[2,3]
c = conv2d(x, k) pad="same" strides=[1,1]
y = binary(c, w) fn="mul"
r = conv2d(x, k) activation="relu" pad="same" strides=[1,1]
z = binary(r, s) fn="mul"
output "y" = y
output "z" = z
output "c" = c
`;
  const kept = convert(parseGraph(text)).graph;
  expect(printGraph(kept).match(/fn="mul"/g)?.length).toBe(2);
});
