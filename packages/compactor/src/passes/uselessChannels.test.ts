// What leaves a model as it comes, in which no filter is zero: channels that are constant or unread for other reasons.
import { costTable, parseGraph } from '@asfp/core';
import { expect, test } from 'vitest';
import { compact } from '../compact.ts';
import { proveEqual } from '../proof/proveEqual.ts';

/** Filters of each layer of a network after compaction, with a proof that it computes the same; x is `[n, 5, 4, 3]`. */
function filtersOf(body: string, options = {}): Record<string, number> {
  const graph = parseGraph(
    `graph "g"\nx = input dtype="float32" shape=[null,5,4,3]\n${body}\noutput "y" = y\n`,
  );
  const small = compact(graph, options).graph;
  expect(proveEqual(graph, small, 8)).toMatchObject({ passed: true });
  expect(compact(small, options).graph).toBe(small);
  return Object.fromEntries(costTable(small).layers.map(({ name, filters }) => [name, filters]));
}

const stem = `k = const float32[3,3,3,6] seed=1
c = conv2d(x, k) pad="same" strides=[1,1]`;
const norm = `g = const float32[6] values=[1,0,2,0,0,3]
s = const float32[6] values=[1,2,-1,-2,0,1]
m = const float32[6] values=[0.5,0,1,0,2,0]
v = const float32[6] values=[1,2,1,0.5,1,1]`;
const head = (from: string): string => `w = const float32[3,3,6,2] seed=2
y = conv2d(${from}, w) pad="valid" strides=[1,1]`;

test('scales of zero in a batch norm behind its layer', () => {
  const body = `${stem}\n${norm}\nn = batchNorm(c, g, s, m, v) epsilon=0.001\nr = unary(n) fn="relu"\n${head('r')}`;
  expect(filtersOf(body)).toEqual({ c: 3, y: 2 });
});

test('scales of zero where the batch norm stands before its layer, and its input is read elsewhere too', () => {
  const body = `${stem}\n${norm}\nn = batchNorm(c, g, s, m, v) epsilon=0.001
r = unary(n) fn="relu"
w = const float32[3,3,6,2] seed=2
a = conv2d(r, w) pad="valid" strides=[1,1]
j = const float32[3,3,6,2] values=${JSON.stringify(Array.from({ length: 108 }, (_, i) => ([0, 1].includes(Math.floor(i / 2) % 6) ? 1 : 0)))}
b = conv2d(c, j) pad="valid" strides=[1,1]
y = binary(a, b) fn="add"`;
  // Four are read: three that the norm lets through, and one more that the other reader weighs.
  expect(filtersOf(body)).toMatchObject({ c: 4 });
});

test('scales of zero in a batch norm that is spelled as Rsqrt, Mul, Sub and AddV2', () => {
  const body = `${stem}\n${norm}\ne = const float32[] values=[0.001]
ve = binary(v, e) fn="add"
q = unary(ve) fn="rsqrt"
f = binary(q, g) fn="mul"
a = binary(c, f) fn="mul"
mf = binary(m, f) fn="mul"
t = binary(s, mf) fn="sub"
n = binary(a, t) fn="add"
r = unary(n) fn="relu"
${head('r')}`;
  expect(filtersOf(body)).toEqual({ c: 3, y: 2 });
});

const bounded = `k0 = const float32[1,1,3,4] seed=3
c0 = conv2d(x, k0) activation="sigmoid" pad="same" strides=[1,1]
k = const float32[3,3,4,6] seed=1`;

test('a ReLU that can never fire, and one that always gives 6', () => {
  // Of values between 0 and 1 no filter here makes more than 30.
  const biased = `${bounded}\nb = const float32[6] values=[-99,0,99,-99,1,-99]
c = conv2d(c0, k, b) pad="same" strides=[1,1]`;
  expect(filtersOf(`${biased}\nr = unary(c) fn="relu"\n${head('r')}`)).toMatchObject({ c: 3, y: 2 });
  expect(filtersOf(`${biased}\nr = unary(c) fn="relu6"\n${head('r')}`)).toMatchObject({ c: 2, y: 2 });
});

test('a ReLU that a batch norm keeps from firing, behind a depthwise convolution', () => {
  const body = `${bounded}
d = const float32[3,3,4,1] seed=4
dw = depthwiseConv2d(c0, d) pad="same" strides=[1,1]
g = const float32[4] values=[1,1,1,1]
s = const float32[4] values=[-99,0,-99,0]
m = const float32[4] values=[0,0,0,0]
n = batchNorm(dw, g, s, m, g) epsilon=0.001
r = unary(n) fn="relu"
w = const float32[1,1,4,2] seed=2
y = conv2d(r, w) pad="valid" strides=[1,1]`;
  expect(filtersOf(body)).toEqual({ c0: 2, dw: 2, y: 2 });
});

test('channels that are multiplied by zero, or left out by a slice or a gather', () => {
  const gated = `${stem}\ng = const float32[6] values=[1,0,2,0,1,1]\nr = binary(c, g) fn="mul"`;
  expect(filtersOf(`${gated}\n${head('r')}`)).toMatchObject({ c: 4 });
  const sliced = `${stem}\nr = slice(c) begin=[0,0,0,1] size=[-1,-1,-1,2]
w = const float32[3,3,2,2] seed=2
y = conv2d(r, w) pad="same" strides=[1,1]`;
  expect(filtersOf(sliced)).toEqual({ c: 2, y: 2 });
  const gathered = `${stem}\ni = const int32[3] values=[5,0,5]\nr = gather(c, i) axis=3
w = const float32[3,3,3,2] seed=2
y = conv2d(r, w) pad="same" strides=[1,1]`;
  expect(filtersOf(gathered)).toEqual({ c: 2, y: 2 });
});

test('channels that every reader weighs with zero, up through a chain', () => {
  const unread = JSON.stringify(
    Array.from({ length: 12 }, (_, i) => (Math.floor(i / 2) % 3 === 0 ? i + 1 : 0)),
  );
  const body = `${stem}
d = const float32[3,3,6,1] seed=4
dw = depthwiseConv2d(c, d) activation="relu" pad="same" strides=[1,1]
p = maxPool(dw) pad="valid" size=[2,2] strides=[1,1]
w = const float32[1,1,6,2] values=${unread}
y = conv2d(p, w) pad="same" strides=[1,1]`;
  expect(filtersOf(body)).toEqual({ c: 2, dw: 2, y: 2 });
});

test('a whole branch that no result reads, and one that a gate of zeros shuts', () => {
  const dead = `${stem}\n${head('c')}
a = unary(c) fn="tanh"
k9 = const float32[3,3,6,9] seed=9
dead = conv2d(a, k9) pad="same" strides=[1,1]`;
  expect(filtersOf(dead)).toEqual({ c: 6, y: 2 });
  const shut = `${stem}
k9 = const float32[3,3,3,6] seed=9
b = conv2d(x, k9) activation="relu" pad="same" strides=[1,1]
z = const float32[6] values=[0,0,0,0,0,0]
g = binary(b, z) fn="mul"
a = binary(c, g) fn="add"
${head('a')}`;
  // A tensor has one channel at least; that one is added as a constant.
  expect(filtersOf(shut)).toMatchObject({ c: 6, y: 2 });
  expect(filtersOf(shut)['b'] ?? 0).toBeLessThan(2);
});
