import { type Graph, parseGraph } from '@asfp/core';
import { expect, test } from 'vitest';
import { compact } from '../compact.ts';
import { proofTolerance } from './judge.ts';
import { proveEqual } from './proveEqual.ts';

const chain = (layers: number, weight = 0.5): Graph =>
  parseGraph(`graph "chain"
x0 = input dtype="float32" shape=[null,4,4,2]
${Array.from(
  { length: layers },
  (_, i) => `k${i} = const float32[1,1,2,2] values=[${weight},0.25,-0.25,${weight}]
g${i} = const float32[2] values=[1.1,0.9]
b${i} = const float32[2] values=[0.1,-0.2]
m${i} = const float32[2] values=[0.3,0.1]
v${i} = const float32[2] values=[0.7,1.3]
c${i} = conv2d(x${i}, k${i}) pad="same" strides=[1,1]
x${i + 1} = batchNorm(c${i}, g${i}, b${i}, m${i}, v${i}) epsilon=0.001`,
).join('\n')}
output "y" = x${layers}
`);

test('a folded chain is within its derived tolerance, which is far below the contract', () => {
  const graph = chain(4);
  const proof = proveEqual(graph, compact(graph).graph, 8);
  expect(proof.passed).toBe(true);
  expect(proof.maxRelError).toBeGreaterThan(0);
  expect(proof.tolerance).toBeLessThan(5e-6);
});

test('a weight that is off by a hundredth of a percent fails, though the contract would let it pass', () => {
  const proof = proveEqual(chain(1), chain(1, 0.50002), 8);
  expect(proof.maxRelError).toBeLessThan(proofTolerance);
  expect(proof.passed).toBe(false);
});

test('a deep chain whose bound has grown loose is held to the contract', () => {
  const graph = chain(60, 4);
  expect(proveEqual(graph, graph, 2)).toMatchObject({ passed: true, maxRelError: 0 });
  const proof = proveEqual(graph, compact(graph).graph, 2);
  expect(proof.passed).toBe(true);
  expect(proof.tolerance).toBeLessThanOrEqual(proofTolerance);
});
