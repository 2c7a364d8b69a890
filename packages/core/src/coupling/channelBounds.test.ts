import { expect, test } from 'vitest';
import { inferShapes } from '../graph/inferShapes.ts';
import { parseGraph } from '../graph/parseGraph.ts';
import { runGraph } from '../interpret/runGraph.ts';
import { rngFromSeed } from '../rng.ts';
import { channelBounds } from './channelBounds.ts';
import { channelConstants } from './channelConstants.ts';

const dead = parseGraph(`graph "dead"
x = input dtype="float32" shape=[null,4,4,2]
r = unary(x) fn="relu6"
k = const float32[2,1,2,2] values=[0.5,1,0.25,-1,0.5,0.5,-3,1]
b = const float32[4] values=[-4.6,-10,-3,1]
d = depthwiseConv2d(r, k, b) activation="relu" pad="same" strides=[1,1]
output "y" = d
`);

test('a ReLU behind bounded inputs that can never fire is constant', () => {
  const shapes = inferShapes(dead);
  const found = channelBounds(dead, shapes).get('d');
  // By hand: 6 · the sum of the positive weights, plus the bias: 6 · 1 − 4.6, 6 · 1.5 − 10, 6 · 0.25 − 3, 6 · 1 + 1.
  expect([...(found?.low ?? [])]).toEqual([0, 0, 0, 0]);
  for (const [c, high] of [1.4, 0, 0, 7].entries()) expect(found?.high[c]).toBeCloseTo(high, 6);
  expect([...(channelConstants(dead, shapes).get('d') ?? [])]).toEqual([Number.NaN, 0, 0, Number.NaN]);
});

test('what a graph computes stays between its bounds', () => {
  const graph = parseGraph(`graph "mixed"
x = input dtype="float32" shape=[null,5,4,3]
s = unary(x) fn="sigmoid"
k = const float32[3,3,3,4] seed=1
b = const float32[4] seed=2
c = conv2d(s, k, b) activation="leakyRelu" alpha=0.1 pad="same" strides=[1,1]
g = const float32[4] values=[1,-2,0,0.5]
v = const float32[4] values=[1,2,3,4]
n = batchNorm(c, g, b, b, v) epsilon=0.001
t = unary(n) fn="tanh"
a = binary(t, b) fn="add"
m = maxPool(a) pad="same" size=[2,2] strides=[1,1]
p = pad(m) paddings=[[0,0],[1,0],[0,1],[0,0]] value=3
o = const float32[4] values=[0,1,2,3]
l = binary(p, o) fn="minimum"
j = concat(l, p) axis=-1
output "y" = j
`);
  const bounds = channelBounds(graph, inferShapes(graph)).get('j');
  const rng = rngFromSeed(3);
  const values = Float32Array.from({ length: 240 }, () => 4 * rng.normal());
  const y = runGraph(graph, { x: { shape: [4, 5, 4, 3], values } }).get('y');
  for (const [at, value] of (y?.values ?? new Float64Array()).entries()) {
    expect(value).toBeGreaterThanOrEqual((bounds?.low[at % 8] as number) - 1e-12);
    expect(value).toBeLessThanOrEqual((bounds?.high[at % 8] as number) + 1e-12);
  }
});

test('a weight as the first operand hides neither constants nor bounds', () => {
  // PReLU as some converters spell it: max(0, x) + slope · min(0, x), the numbers first.
  const graph = parseGraph(`graph "prelu"
x = input dtype="float32" shape=[null,2,2,1]
k = const float32[1,1,1,2] values=[1,0]
c = conv2d(x, k) pad="valid" strides=[1,1]
z = const float32[] values=[0]
up = binary(z, c) fn="maximum"
down = binary(z, c) fn="minimum"
s = const float32[2] values=[0.5,0.5]
slope = binary(s, down) fn="mul"
sum = binary(up, slope) fn="add"
output "y" = sum
`);
  const shapes = inferShapes(graph);
  expect([...(channelConstants(graph, shapes).get('sum') ?? [])]).toEqual([Number.NaN, 0]);
  expect([...(channelBounds(graph, shapes).get('up')?.low ?? [])]).toEqual([0, 0]);
});
