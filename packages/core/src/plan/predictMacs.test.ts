import { expect, test } from 'vitest';
import { parseGraph } from '../graph/parseGraph.ts';
import { predictMacs } from './predictMacs.ts';

const graph = parseGraph(`graph "g"
x = input dtype="float32" shape=[null,4,4,2]
a/k = const float32[1,1,2,4] seed=1
b/k = const float32[3,3,4,4] seed=1
d/k = const float32[3,3,4,1] seed=1
w = const float32[4,5] seed=1
a = conv2d(x, a/k) pad="same" strides=[1,1]
b = conv2d(a, b/k) pad="same" strides=[1,1]
sum = binary(b, a) fn="add"
d = depthwiseConv2d(sum, d/k) pad="same" strides=[2,2]
m = mean(d) axes=[1,2] keepDims=false
y = matMul(m, w)
output "y" = y
`);

test('with nothing zeroed it is the cost of the graph', () => {
  expect(predictMacs(graph, new Map())).toBe(16 * 8 + 16 * 9 * 16 + 4 * 9 * 4 + 20);
});

test('a sum keeps what any branch brings; who reads it works on that', () => {
  const zeroed = new Map([
    ['a/k', [0, 1]],
    ['b/k', [1, 2, 3]],
  ]);
  // a makes 2 channels, b reads 2 and makes 1, the sum has 0, 2, 3.
  expect(predictMacs(graph, zeroed)).toBe(16 * 2 * 2 + 16 * 9 * 2 * 1 + 4 * 9 * 3 + 3 * 5);
});
