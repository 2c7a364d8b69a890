import { expect, test } from 'vitest';
import { parseGraph } from '../graph/parseGraph.ts';
import { ratePlan, thresholdPlan } from './filterPlan.ts';

/** A convolution with batch norm, a depthwise one, one filter, and a dense layer that answers. */
const graph = parseGraph(`graph "g"
x = input dtype="float32" shape=[null,4,4,1]
k = const float32[1,1,1,4] values=[1,-4,0,2]
gamma = const float32[4] values=[0.1,0.2,0.3,-0.05]
beta = const float32[4] values=[0,0,0,0]
mean = const float32[4] values=[0,0,0,0]
variance = const float32[4] values=[1,1,1,1]
d = const float32[1,1,2,2] values=[8,1,0.5,8]
one = const float32[1,1,4,1] values=[1,1,1,1]
w = const float32[1,2] values=[0.001,5]
c = conv2d(x, k) pad="same" strides=[1,1]
n = batchNorm(c, gamma, beta, mean, variance) epsilon=0.001
h = conv2d(n, one) pad="same" strides=[1,1]
m = mean(h) axes=[1,2] keepDims=false
y = matMul(m, w)
output "y" = y
`);

const chosen = (plan: ReturnType<typeof ratePlan>): Record<string, readonly number[]> =>
  Object.fromEntries([...plan].map(([name, { filters }]) => [name, filters]));

test('a rate takes the weakest share of each convolution, whatever the criterion', () => {
  const plan = (criterion: 'l2' | 'bn-scale' | 'fpgm'): unknown =>
    chosen(ratePlan(graph, { rate: 0.5, criterion, seed: 1 }));
  expect(plan('l2')).toEqual({ k: [0, 2] });
  expect(plan('bn-scale')).toEqual({ k: [0, 3] });
  // Distances of 1, −4, 0, 2 to all others: 1 + 5 + 1, 5 + 4 + 6, 1 + 4 + 2, 1 + 6 + 2.
  expect(plan('fpgm')).toEqual({ k: [0, 2] });
});

test('a random plan comes from its seed', () => {
  const plan = (seed: number): unknown => chosen(ratePlan(graph, { rate: 0.5, criterion: 'random', seed }));
  expect(plan(1)).toEqual(plan(1));
  expect(new Set([1, 2, 3, 4, 5, 6].map((seed) => JSON.stringify(plan(seed)))).size).toBeGreaterThan(1);
});

test('a threshold is a share of the largest norm of the layer, and leaves the answers alone', () => {
  expect(chosen(thresholdPlan(graph, 0.25))).toEqual({ k: [0] });
  expect(chosen(thresholdPlan(graph, 0.5))).toEqual({ k: [0, 3] });
  expect(thresholdPlan(graph, 0).size).toBe(0);
});

test('a depthwise filter is one of c · multiplier', () => {
  const depthwise = parseGraph(`graph "g"
x = input dtype="float32" shape=[null,4,4,2]
d = const float32[1,1,2,2] values=[8,1,0.5,8]
w = const float32[1,1,4,2] seed=1
h = depthwiseConv2d(x, d) pad="same" strides=[1,1]
y = conv2d(h, w) pad="same" strides=[1,1]
output "y" = y
`);
  expect(thresholdPlan(depthwise, 0.2).get('d')).toEqual({ of: 4, filters: [1, 2] });
});

test('a kernel that an answering layer shares is not touched', () => {
  const shared = parseGraph(`graph "g"
x = input dtype="float32" shape=[null,4,4,2]
k = const float32[1,1,2,2] seed=1
a = conv2d(x, k) pad="same" strides=[1,1]
b = conv2d(a, k) pad="same" strides=[1,1]
output "b" = b
`);
  expect(ratePlan(shared, { rate: 0.5, criterion: 'l2', seed: 1 }).size).toBe(0);
});
