// nsfwjs's MobileNetV2 has filters that are zero, and more that hardly count: both go, and what the second do is measured.
import { compact, compareRuns, pruneFilters, seededInputs } from '@asfp/compactor';
import { costTable, type Graph, readModel, rngFromSeed, thresholdPlan, writeGraphModel } from '@asfp/core';
import { expect, test } from 'vitest';
import { runOnTfjs } from '../differential/tfjsRun.ts';
import { packageModels } from './packageModels.ts';
import { predictedMacs } from './predictedMacs.ts';

async function distance(a: Graph, b: Graph): Promise<number> {
  const feeds = seededInputs(a, 1, rngFromSeed(7));
  const found = await runOnTfjs(writeGraphModel(b), feeds, 'wasm');
  const pairs = [...(await runOnTfjs(writeGraphModel(a), feeds, 'wasm'))].map(([name, values]) => ({
    name,
    rowLength: values.length,
    a: values,
    b: found.get(name) ?? [],
  }));
  return compareRuns(pairs).maxRelError;
}

test('nine zero filters of 32 in the first layer, and 36 of under a fiftieth of their layer’s largest', async () => {
  const graph = readModel(
    packageModels['nsfwjs/mobilenet_v2']?.() ?? { json: {}, shards: new Map() },
    'nsfwjs',
  );
  const first = costTable(graph).layers[0];
  expect([first?.name, first?.filters, first?.zeroFilters]).toEqual(['Conv1', 32, 9]);
  expect(costTable(compact(graph).graph).layers[0]?.filters).toBe(23);

  const plan = thresholdPlan(graph, 0.02);
  expect([...plan.values()].map(({ filters }) => filters.length)).toEqual([1, 35]);
  const pruned = pruneFilters(graph, plan).graph;
  const small = compact(pruned).graph;
  expect(costTable(small).macs).toBe(predictedMacs(pruned));
  // The answers move, and say so; the compaction after that changes nothing but roundings.
  const moved = await distance(graph, pruned);
  expect(moved).toBeCloseTo(0.00256, 4);
  expect(await distance(pruned, small)).toBeLessThan(1e-4);
}, 60_000);
