import { expect, test } from 'vitest';
import { parseGraph } from '../graph/parseGraph.ts';
import { channelGroups } from './channelGroups.ts';

test('the branches of a residual stream, with what each keeps, and the walls', () => {
  const graph = parseGraph(`graph "g"
x = input dtype="float32" shape=[null,4,4,2]
k = const float32[1,1,2,3] values=[1,0,2,3,0,4]
j = const float32[3,3,3,3] seed=1
l = const float32[1,1,3,3] values=[1,0,0,2,0,0,3,0,0]
w = const float32[3,2] seed=2
stem = conv2d(x, k) activation="relu" pad="same" strides=[1,1]
a = conv2d(stem, j) pad="same" strides=[1,1]
add1 = binary(a, stem) fn="add"
act = unary(add1) alpha=0 fn="relu"
b = conv2d(act, l) pad="same" strides=[1,1]
add2 = binary(b, act) fn="add"
m = mean(add2) axes=[1,2] keepDims=false
y = matMul(m, w)
s = softmax(y)
output "s" = s
`);
  expect(channelGroups(graph)).toEqual({
    streams: [
      {
        channels: 3,
        meets: ['add1', 'add2'],
        branches: [
          { name: 'stem', op: 'conv2d', keeps: 2 },
          { name: 'a', op: 'conv2d', keeps: 3 },
          { name: 'b', op: 'conv2d', keeps: 1 },
        ],
      },
    ],
    walls: [{ name: 's', op: 'softmax', reason: 'it is a result of the network' }],
  });
});

test('what needs all channels says why', () => {
  const graph = parseGraph(`graph "g"
x = input dtype="float32" shape=[null,4,4,2]
t = transpose(x) perm=[0,3,1,2]
m = mean(x) axes=[3] keepDims=false
r = reshape(x) shape=[-1,32,1]
p = softmax(x)
c = concat(p, p) axis=1
u = unary(t) alpha=0 fn="relu"
output "c" = c
output "u" = u
output "m" = m
output "r" = r
`);
  const { walls } = channelGroups(graph);
  expect(walls.filter(({ reason }) => reason !== 'it is a result of the network')).toEqual([
    { name: 't', op: 'transpose', reason: 'it moves the channels to another axis' },
    { name: 'p', op: 'softmax', reason: 'a softmax sums over all channels' },
  ]);
});

test('a shuffle lets channels through; one that is read on the way does not', () => {
  const walls = (output: string): string[] =>
    channelGroups(
      parseGraph(`graph "g"
x = input dtype="float32" shape=[null,4,4,4]
a = reshape(x) shape=[-1,4,4,2,2]
b = transpose(a) perm=[0,1,2,4,3]
c = reshape(b) shape=[-1,4,4,4]
y = unary(c) alpha=0 fn="relu"
output "y" = y
${output}`),
    ).walls.map(({ name, reason }) => `${name}: ${reason}`);
  expect(walls('')).toEqual(['y: it is a result of the network']);
  expect(walls('output "b" = b\n')).toEqual([
    'a: it splits the channels up',
    'b: it is a result of the network',
    'y: it is a result of the network',
  ]);
});
