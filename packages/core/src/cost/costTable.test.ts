import { expect, test } from 'vitest';
import { parseGraph } from '../graph/parseGraph.ts';
import { costTable } from './costTable.ts';

test('counts a convolution, a depthwise one, a dense layer and a scatter by hand', () => {
  const table = costTable(
    parseGraph(`graph "g"
x = input dtype="float32" shape=[null,8,8,3]
k1 = const float32[3,3,3,4] seed=1
b1 = const float32[4] seed=2
k2 = const float32[3,3,4,2] seed=3
g = const float32[8] seed=4
b = const float32[8] seed=5
m = const float32[8] seed=6
v = const float32[8] values=[1,1,1,1,1,1,1,1]
k3 = const float32[10,5] seed=7
c = conv2d(x, k1, b1) pad="same" strides=[2,2]
d = depthwiseConv2d(c, k2) pad="valid" strides=[1,1]
n = batchNorm(d, g, b, m, v) epsilon=0.001
s = scatter(n) fill=[0,0,0,0,0,0,0,0,0,0] positions=[0,1,2,3,4,5,6,8] size=10
z = scatter(s) fill=[0,0,0,0,0,0,0,0,0,0,0,0] positions=[1,2,3,4,5,6,7,8,9,10] size=12
t = slice(z) begin=[0,0,0,1] size=[-1,-1,-1,10]
p = mean(t) axes=[1,2] keepDims=false
y = matMul(p, k3)
output "y" = y
`),
  );
  expect(table.layers.map(({ name, filters, macs, params }) => [name, filters, macs, params])).toEqual([
    ['c', 4, 4 * 4 * 3 * 3 * 3 * 4, 108 + 4],
    ['d', 8, 2 * 2 * 3 * 3 * 8, 72],
    ['y', 5, 50, 50],
  ]);
  expect(table.macs).toBe(1728 + 288 + 50);
  // Channels that stay together are written as a padding, which multiplies nothing.
  expect(table.scatterMacs).toBe(2 * 2 * 8 * 10);
  // gamma and beta count, the moving mean and variance do not.
  expect(table.params).toBe(108 + 4 + 72 + 8 + 8 + 50);
});

test('a choice of channels counts as the convolution that it is written as', () => {
  const { macs, scatterMacs } = costTable(
    parseGraph(`graph "g"
x = input dtype="float32" shape=[null,3,2,5]
i = const int32[4] values=[4,0,2,1]
j = const int32[4] values=[0,0,2,1]
a = gather(x, i) axis=3
b = gather(x, j) axis=3
y = binary(a, b) fn="add"
output "y" = y
`),
  );
  // Of a channel that is taken twice no convolution is made.
  expect([macs, scatterMacs]).toEqual([0, 3 * 2 * 5 * 4]);
});

test('zero filters are those whose every weight is exactly zero', () => {
  const table = costTable(
    parseGraph(`graph "g"
x = input dtype="float32" shape=[null,2]
k = const float32[2,3] values=[0,0,1,0,1e-30,0]
y = matMul(x, k)
output "y" = y
`),
  );
  expect(table.layers[0]?.zeroFilters).toBe(1);
});

test('an open height needs a size to be counted', () => {
  const graph = parseGraph(`graph "g"
x = input dtype="float32" shape=[null,null,null,3]
k = const float32[1,1,3,2] seed=1
y = conv2d(x, k) pad="same" strides=[1,1]
output "y" = y
`);
  expect(() => costTable(graph)).toThrow(
    'node y: expected a known height and width, found [?, ?, ?, 2]. Give the input size',
  );
  expect(costTable(graph, { x: [1, 4, 5, 3] }).macs).toBe(4 * 5 * 6);
});
