import { parseGraph } from '@asfp/core';
import { expect, test } from 'vitest';
import { proveEqual } from '../proof/proveEqual.ts';
import { runPasses } from './runPasses.ts';

const graph = parseGraph(`graph "g"
x = input dtype="float32" shape=[null,2]
k = const float32[2,3] seed=1
y = matMul(x, k)
output "y" = y
`);

test('a pass that breaks the graph is named, with those before it', () => {
  const idle = { name: 'idle', run: () => ({ graph, notes: [] }) };
  const breaks = {
    name: 'breaks',
    run: () => ({ graph: { ...graph, nodes: graph.nodes.slice(1) }, notes: [] }),
  };
  expect(() => runPasses(graph, [idle, breaks])).toThrow(
    'internal: pass breaks broke the graph (passes before it: idle)',
  );
  expect(runPasses(graph, [idle]).records).toEqual([{ name: 'idle', changed: false, notes: [] }]);
});

test('a proof fails where a graph answers differently', () => {
  const other = parseGraph(`graph "g"
x = input dtype="float32" shape=[null,2]
k = const float32[2,3] seed=2
y = matMul(x, k)
output "y" = y
`);
  expect(proveEqual(graph, graph, 4)).toMatchObject({
    passed: true,
    maxAbsError: 0,
    argmaxAgreement: 1,
    inputs: 4,
  });
  expect(proveEqual(graph, other, 4).passed).toBe(false);
});
