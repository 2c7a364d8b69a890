import { parseGraph, ratePlan, thresholdPlan } from '@asfp/core';
import { expect, test } from 'vitest';
import { compact } from './compact.ts';
import { proveEqual } from './proof/proveEqual.ts';
import { pruneFilters } from './pruneFilters.ts';

const graph = parseGraph(`graph "g"
x = input dtype="float32" shape=[null,5,5,2]
k = const float32[3,3,2,6] seed=1
b = const float32[6] values=[0.5,-1,0,2,1,0]
d = const float32[3,3,6,1] seed=2
w = const float32[1,1,6,4] seed=3
c = conv2d(x, k, b) activation="relu" pad="same" strides=[1,1]
h = depthwiseConv2d(c, d) pad="same" strides=[1,1]
y = conv2d(h, w) pad="same" strides=[1,1]
output "y" = y
`);

test('half of the filters go, biases stay, and what is left equals the zeroed network', () => {
  const pruned = pruneFilters(graph, ratePlan(graph, { rate: 0.5, criterion: 'l2', seed: 1 }));
  expect(pruned.passes).toEqual([{ name: 'zeroFilters', changed: true, notes: ['k: 3 of 6 filters'] }]);
  const small = compact(pruned.graph);
  expect(proveEqual(pruned.graph, small.graph, 4)).toMatchObject({ passed: true });
  expect(proveEqual(graph, small.graph, 4).maxRelError).toBeGreaterThan(0.01);
});

test('an empty plan leaves the graph as it is', () => {
  const { graph: same, passes } = pruneFilters(graph, thresholdPlan(graph, 0));
  expect(same).toBe(graph);
  expect(passes).toEqual([{ name: 'zeroFilters', changed: false, notes: [] }]);
});
