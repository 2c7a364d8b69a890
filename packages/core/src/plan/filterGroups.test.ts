import { expect, test } from 'vitest';
import { parseGraph } from '../graph/parseGraph.ts';
import { filterGroups } from './filterGroups.ts';

const shown = (text: string): string[] =>
  filterGroups(parseGraph(text)).map((group) =>
    group.map(({ kernel, filter }) => `${kernel}:${filter}`).join(' '),
  );

test('what meets in a sum goes together, what a padding widens goes on alone', () => {
  const graph = `graph "g"
x = input dtype="float32" shape=[null,4,4,2]
a/k = const float32[1,1,2,2] seed=1
b/k = const float32[3,3,2,2] seed=1
c/k = const float32[1,1,2,3] seed=1
a = conv2d(x, a/k) pad="same" strides=[1,1]
act = unary(a) fn="relu"
b = conv2d(act, b/k) pad="same" strides=[1,1]
sum = binary(b, act) fn="add"
turn = transpose(sum) perm=[0,1,3,2]
wide = pad(turn) paddings=[[0,0],[0,0],[0,1],[0,0]] value=0
back = transpose(wide) perm=[0,1,3,2]
c = conv2d(sum, c/k) pad="same" strides=[1,1]
out = binary(back, c) fn="add"
output "out" = out
`;
  expect(shown(graph)).toEqual(['a/k:0 b/k:0 c/k:0', 'a/k:1 b/k:1 c/k:1', 'c/k:2']);
});

test('joints, splits over depth and gates are followed', () => {
  const graph = `graph "g"
x = input dtype="float32" shape=[null,4,4,2]
a/k = const float32[1,1,2,1] seed=1
b/k = const float32[1,1,2,1] seed=1
d/k = const float32[3,3,2,2] seed=1
g/k = const float32[1,1,2,2] seed=1
e/k = const float32[1,1,2,4] seed=1
a = conv2d(x, a/k) pad="same" strides=[1,1]
b = conv2d(x, b/k) pad="same" strides=[1,1]
both = concat(a, b) axis=-1
m = mean(both) axes=[1,2] keepDims=true
g = conv2d(m, g/k) pad="same" strides=[1,1]
gated = binary(both, g) fn="mul"
d = depthwiseConv2d(gated, d/k) pad="same" strides=[1,1]
e = conv2d(x, e/k) pad="same" strides=[1,1]
sum = binary(d, e) fn="add"
output "sum" = sum
`;
  expect(shown(graph)).toEqual(['a/k:0 g/k:0 e/k:0 e/k:1', 'b/k:0 g/k:1 e/k:2 e/k:3']);
});

test('a kernel that two layers share is one, and what is not understood couples nothing', () => {
  const graph = `graph "g"
x = input dtype="float32" shape=[null,4,4,1]
k = const float32[1,1,1,1] seed=1
a = conv2d(x, k) pad="same" strides=[1,1]
b = conv2d(a, k) pad="same" strides=[1,1]
r = reshape(b) shape=[-1,2,8]
output "r" = r
`;
  expect(shown(graph)).toEqual(['k:0']);
});
